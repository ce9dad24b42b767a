import type { Frame } from '../protocol/frame.js';
import { readRData, toPlain } from '../rdata/index.js';

/** What an interrupt has ended. */
export interface Interrupt {
  /** Milliseconds that it had run. */
  readonly ms: number;
  /** The app's calls when it came, the outermost first; none where R was elsewhere. */
  readonly calls: readonly string[];
}

/** The payload of an interrupted frame. */
export function interruptFrom({ payload, time }: Frame): Interrupt {
  const calls = toPlain(readRData(payload)) as string | string[] | null;
  return { ms: time / 1000, calls: calls === null ? [] : [calls].flat() };
}
