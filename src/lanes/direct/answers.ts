import { checkedStatus, headerPairs, type Reply, replyFrom, tooLarge } from '../../http/reply.js';
import { type JsonPrintOptions, NotCovered, printJsonWith } from '../../json/index.js';
import { type Frame, FrameType } from '../../protocol/frame.js';
import { LARGE_BYTES, SharedBytes } from '../../protocol/shared-bytes.js';
import { RDataError, type RList, readRData, toPlain } from '../../rdata/index.js';
import { bufferOf } from '../large/job.js';
import type { LargeThreads } from '../large/threads.js';
import type { Printer } from './json-serializer.js';

/** Compact sequences, such as 1:1000000, are expanded here up to this length. Longer ones are printed in a thread. */
export const MAX_EXPANDED_ELEMENTS = 2 ** 14;

/** plumber drops the body of these, as HTTP requires. */
const BODILESS = new Set([204, 304]);

/** Turns R's answers in the direct lane into replies. */
export class DirectAnswers {
  readonly printers: readonly Printer[];
  readonly #threads: LargeThreads | undefined;
  readonly #limit: number;

  /**
   * @param threads print large values; if undefined, R prints them
   * @param limit   largest response body, in bytes
   */
  constructor(printers: readonly Printer[], threads: LargeThreads | undefined, limit: number) {
    this.printers = printers;
    this.#threads = threads;
    this.#limit = limit;
  }

  /** The reply for an answer, or why R must print the value. Throws `response_too_large`. */
  reply(type: number, payload: Buffer): Reply | NotCovered | Promise<Reply | NotCovered> {
    if (type !== FrameType.value) return replyFrom(payload, type);
    if (payload.length >= LARGE_BYTES) return this.#printLarge(payload);
    const list = readValue(payload);
    if (list === 'long') return this.#printLarge(payload);
    if (list instanceof NotCovered) return list;
    const [index, value, status, names, values] = list.values;
    const printer = this.printers[(toPlain(index!) as number) - 1]!;
    const body = printJsonWith(value!, printer.options);
    if (body instanceof NotCovered) return body;
    const headers =
      names === undefined ? [] : headerPairs(toPlain(names) as string[], toPlain(values!) as string[]);
    const code = status === undefined ? undefined : (toPlain(status) as number | null);
    return valueReply(code, headers, printer, { body });
  }

  /** The reply for a request that ran alone, if it can be made synchronously. */
  whole(frame: Frame): Reply | NotCovered {
    if (frame.payload.length < frame.length) return new NotCovered('it is too long');
    if (frame.type !== FrameType.result && frame.type !== FrameType.value)
      return new NotCovered('it was interrupted');
    if (frame.payload.length >= LARGE_BYTES && frame.type === FrameType.value)
      return new NotCovered('it is large');
    const reply = this.reply(frame.type, frame.payload);
    return reply instanceof Promise ? new NotCovered('it is large') : reply;
  }

  async #printLarge(payload: Buffer): Promise<Reply | NotCovered> {
    const options: JsonPrintOptions[] = this.printers.map((printer) => printer.options);
    const limit = this.#limit;
    const result = await this.#threads?.run({ kind: 'print', payload, options, limit });
    if (result === undefined) return new NotCovered('a large value');
    if (result.kind === 'left-to-r') return new NotCovered(result.reason);
    if (result.kind === 'too-long') throw tooLarge(`more than ${limit}`, limit);
    SharedBytes.giveBack(payload);
    const { index, names, pieces, status, values } = result;
    const printer = this.printers[index - 1]!;
    return valueReply(status, headerPairs(names, values), printer, { pieces: pieces.map(bufferOf) });
  }
}

/** A reply with a value as JSON, and the status and headers that the app has set. */
export function valueReply(
  status: number | null | undefined,
  headers: [string, string][],
  printer: Printer,
  body: Pick<Reply, 'body' | 'pieces'>,
): Reply {
  headers.push(['Content-Type', printer.type]);
  const code = status === undefined ? 200 : checkedStatus(status);
  return { status: code, headers, ...(!BODILESS.has(code) && body) };
}

/** Returns `long` for a compact sequence that would become a long vector. */
function readValue(payload: Buffer): RList | NotCovered | 'long' {
  try {
    return readRData(payload, { maxExpanded: MAX_EXPANDED_ELEMENTS }) as RList;
  } catch (error) {
    if (!(error instanceof RDataError)) throw error;
    return error.kind === 'limit' ? 'long' : new NotCovered(error.message);
  }
}
