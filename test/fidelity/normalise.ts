import type { Answer } from './ask.js';

/** Replaces what differs between any two servers, even between two plumber servers. */
export interface Normaliser {
  readonly because: string;
  apply(answer: Answer, port: number): Answer;
}

const inText =
  (change: (text: string, port: number) => string): Normaliser['apply'] =>
  (answer, port) => ({
    ...answer,
    headers: answer.headers.map((header) => change(header, port)),
    body: Buffer.from(change(answer.body.toString('latin1'), port), 'latin1'),
  });

export const ownPort: Normaliser = {
  because: 'each server listens on its own port',
  apply: inText((text, port) => text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), 'PORT')),
};

export const pdfDates: Normaliser = {
  because: 'a PDF contains the time of its creation',
  apply: inText((text) => text.replaceAll(/\(D:\d{14}/g, '(D:TIME')),
};

/** Replaces text that differs in every response, for the given reason. */
export function replacing(pattern: RegExp, replacement: string, because: string): Normaliser {
  return { because, apply: inText((text) => text.replaceAll(pattern, replacement)) };
}
