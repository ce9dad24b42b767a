import type { Frame } from '../protocol/frame.js';
import { readRData, toPlain } from '../rdata/index.js';

/** An error that an app's code has raised and not caught. */
export interface RFailure {
  readonly message: string;
  /** The call that R names in its message. */
  readonly call: string | undefined;
  /** The app's calls that led there, the outermost first. */
  readonly calls: readonly string[];
}

/** The payload of a failed frame. */
export function failureFrom({ payload }: Frame): RFailure {
  const { call, calls, message } = toPlain(readRData(payload)) as Record<string, unknown>;
  return {
    message: String(message),
    call: (call as string | null) ?? undefined,
    calls: [(calls as string | string[] | null) ?? []].flat(),
  };
}
