import type { Split } from '../../dispatch/batch.js';
import { headerPairs, type Reply } from '../../http/reply.js';
import { NotCovered, printJsonWith } from '../../json/index.js';
import { type Frame, FrameType } from '../../protocol/frame.js';
import { type RList, type RValue, readRData, slicer, toPlain } from '../../rdata/index.js';
import type { AnswerReader } from './direct-batch.js';
import type { Printer } from './json-serializer.js';
import { valueReply } from './value-reply.js';

/** Elements of short forms that are expanded here at most. */
const MOST_EXPANDED = 2 ** 14;

/**
 * Cuts the answer to a batch frame: the value of the one call, and for each request what is its own, such as headers
 * that a filter has set, or an answer that it got without the handler. See `r/direct-batch.R`.
 *
 * @param items that each request brought
 */
export function splitSurrounded(
  frame: Frame,
  items: readonly number[],
  printers: readonly Printer[],
  reader: Pick<AnswerReader, 'whole'>,
): Split {
  if (frame.type !== FrameType.value || frame.payload.length < frame.length) return { kind: 'failed' };
  const list = readRData(frame.payload, { maxExpanded: MOST_EXPANDED }) as RList;
  const [first, value, answers] = list.values;
  if (answers === undefined) {
    const reason = toPlain(first!) as string;
    return { kind: 'failed', ...(reason !== '' && { reason }) };
  }
  const usual = printers[(toPlain(first!) as number) - 1]!;
  const { values: own } = answers as RList;
  const held = own.map(isHeld);
  const total = items.reduce((sum, n, i) => (held[i] ? sum + n : sum), 0);
  const slice = total === 0 ? undefined : slicer(value!, total);
  if (total > 0 && slice === undefined) {
    return { kind: 'indivisible', reason: `its result has no part for each of ${total} items` };
  }
  const parts: (Reply | undefined)[] = [];
  let from = 0;
  for (const [i, n] of items.entries()) {
    if (!held[i]) {
      parts.push(ownReply(own[i]!, reader));
      continue;
    }
    const part = slice!(from, from + n);
    const reply = partReply(part, own[i]!, printers, usual);
    if (reply instanceof NotCovered) return { kind: 'indivisible', reason: 'only R can print its result' };
    parts.push(reply);
    from += n;
  }
  return { kind: 'parts', parts };
}

/** Whether a request gets a part of the value: as it is, or with what is said of it. */
function isHeld(answer: RValue): boolean {
  return answer.type === 'NULL' || (answer.type === 'list' && toPlain(answer.values[0]!) === 'part');
}

/** Undefined when what is said of it can't be sent; its own call tells why. */
function partReply(
  part: RValue,
  answer: RValue,
  printers: readonly Printer[],
  usual: Printer,
): Reply | NotCovered | undefined {
  const [index, , status, names, values] = answer.type === 'list' ? (answer.values[1] as RList).values : [];
  const printer = index === undefined ? usual : printers[(toPlain(index) as number) - 1]!;
  const body = printJsonWith(part, printer.options);
  if (body instanceof NotCovered) return body;
  if (status === undefined) return valueReply(200, [], printer, { body });
  const code = toPlain(status) as number | null;
  if (code === null || code < 200 || code > 999) return undefined;
  return valueReply(code, headerPairs(toPlain(names!) as string[], toPlain(values!) as string[]), printer, {
    body,
  });
}

/** The answer of a request that has got none from the handler; undefined for one that is to be run alone. */
function ownReply(answer: RValue, reader: Pick<AnswerReader, 'whole'>): Reply | undefined {
  if (answer.type !== 'list') return undefined;
  const type = toPlain(answer.values[0]!) === 'value' ? FrameType.value : FrameType.result;
  const payload = toPlain(answer.values[1]!) as Buffer;
  const reply = reader.whole({ type, id: 0, time: 0, payload, length: payload.length });
  return reply instanceof NotCovered ? undefined : reply;
}
