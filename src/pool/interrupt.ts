import type { Frame } from '../protocol/frame.js';
import { readRData, toPlain } from '../rdata/index.js';

/** The call that an interrupt ended. */
export interface Interrupt {
  /** How long it had run, in ms. */
  readonly ms: number;
  /** The app's call stack at the interrupt, outermost call first; empty if R was not in the app's code. */
  readonly calls: readonly string[];
}

/** Reads the payload of an `interrupted` frame. */
export function interruptFrom({ payload, time }: Frame): Interrupt {
  const calls = toPlain(readRData(payload)) as string | string[] | null;
  return { ms: time / 1000, calls: calls === null ? [] : [calls].flat() };
}
