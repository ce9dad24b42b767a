import type { Frame } from '../protocol/frame.js';
import { readRData, toPlain } from '../rdata/index.js';

/** An uncaught R error in the app's code. */
export interface RFailure {
  readonly message: string;
  /** The call that R's message names. */
  readonly call: string | undefined;
  /** The app's call stack, outermost call first. */
  readonly calls: readonly string[];
  /** The place in the app's files; undefined if R does not know it. */
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/** Reads the payload of a `failed` frame, or of an `ended` one, which may have none. */
export function failureFrom({ payload }: Frame): RFailure | undefined {
  const report = toPlain(readRData(payload)) as Record<string, unknown> | null;
  if (report === null) return undefined;
  const { call, calls, file, line, message } = report;
  return {
    message: String(message),
    call: (call as string | null) ?? undefined,
    calls: [(calls as string | string[] | null) ?? []].flat(),
    file: (file as string | null) ?? undefined,
    line: (line as number | null) ?? undefined,
  };
}
