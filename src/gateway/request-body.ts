import type { IncomingMessage } from 'node:http';
import { PenstockError } from '../errors.js';
import { SharedBytes } from '../protocol/shared-bytes.js';
import { LARGE } from './large/job.js';

/** Whether a body follows: HTTP says so by one of these headers, whatever the method. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Reads the body whole; a large one into shared memory.
 *
 * @param limit bytes; a longer body fails with `body_too_large`, at once where Content-Length announces it
 * @param done  called once: the body, or the error to answer with. Not called when the client leaves.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (error: PenstockError | undefined, body: Buffer) => void,
): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  const chunks: Buffer[] = [];
  let large: SharedBytes | undefined;
  let size = 0;
  const refuse = (bytes: string): void => {
    request.off('data', collect).off('end', end);
    done(
      new PenstockError('body_too_large', `It has ${bytes}, and ${limit} bytes are the limit.`),
      Buffer.alloc(0),
    );
  };
  const collect = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > limit) refuse(`more than ${limit} bytes`);
    else if (large !== undefined) large.push(chunk);
    else {
      chunks.push(chunk);
      if (size < LARGE) return;
      large = SharedBytes.upTo(announced || limit);
      if (large !== undefined) for (const earlier of chunks.splice(0)) large.push(earlier);
    }
  };
  const end = (): void => {
    done(undefined, large?.finish() ?? (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
  };
  if (announced > limit) {
    refuse(`${announced} bytes`);
    return;
  }
  request.on('data', collect).on('end', end);
}
