import type { Split } from '../../dispatch/batch.js';
import { headerPairs, type Reply, replyFrom } from '../../http/reply.js';
import { NotCovered, printJsonWith, printParts } from '../../json/index.js';
import { type Frame, FrameType } from '../../protocol/frame.js';
import { type RList, type RValue, readRData, slicer, toPlain } from '../../rdata/index.js';
import { type DirectAnswers, MAX_EXPANDED_ELEMENTS, valueReply } from './answers.js';
import type { Printer } from './json-serializer.js';

/**
 * Splits the answer to a batch of a plain route: one value with one part per item.
 *
 * @param items the number of items in each request
 */
export function splitAnswer(frame: Frame, items: readonly number[], answers: DirectAnswers): Split {
  if (frame.type === FrameType.interrupted || frame.payload.length < frame.length) return { kind: 'failed' };
  if (frame.type !== FrameType.value) {
    return replyFrom(frame.payload).status >= 400
      ? { kind: 'failed' }
      : { kind: 'indivisible', reason: 'only R can print its result' };
  }
  const [index, value, status] = readParts(frame, items.length).values;
  if (status !== undefined) {
    return (toPlain(status) as number) >= 400
      ? { kind: 'failed' }
      : { kind: 'indivisible', reason: 'it sets a status or headers' };
  }
  const total = items.reduce((sum, n) => sum + n, 0);
  const slice = slicer(value!, total);
  if (slice === undefined) return notDivisible(total);
  const { options, type } = answers.printers[(toPlain(index!) as number) - 1]!;
  const texts = printParts(value!, items, options);
  if (texts !== undefined) return { kind: 'parts', parts: texts.map((body) => partReply(type, body)) };
  const parts: Reply[] = [];
  let from = 0;
  for (const n of items) {
    const body = printJsonWith(slice(from, from + n), options);
    if (body instanceof NotCovered) return onlyR;
    parts.push(partReply(type, body));
    from += n;
  }
  return { kind: 'parts', parts };
}

/**
 * Splits the answer to a batch with filters: the value of the one call, and the results of each request of its own,
 * such as headers from a filter or an answer without the handler. See `r/direct/batch.R`.
 *
 * @param items the number of items in each request
 */
export function splitFilteredAnswer(frame: Frame, items: readonly number[], answers: DirectAnswers): Split {
  if (frame.type !== FrameType.value || frame.payload.length < frame.length) return { kind: 'failed' };
  const [first, value, ownAnswers] = readParts(frame, items.length).values;
  if (ownAnswers === undefined) {
    const reason = toPlain(first!) as string;
    return { kind: 'failed', ...(reason !== '' && { reason }) };
  }
  const usual = answers.printers[(toPlain(first!) as number) - 1]!;
  const { values: own } = ownAnswers as RList;
  const shares = own.map(hasPart);
  const total = items.reduce((sum, n, i) => (shares[i] ? sum + n : sum), 0);
  const slice = total === 0 ? undefined : slicer(value!, total);
  if (total > 0 && slice === undefined) return notDivisible(total);
  const parts: (Reply | undefined)[] = [];
  let from = 0;
  for (const [i, n] of items.entries()) {
    if (!shares[i]) {
      parts.push(ownReply(own[i]!, answers));
      continue;
    }
    const reply = sharedReply(slice!(from, from + n), own[i]!, answers.printers, usual);
    if (reply instanceof NotCovered) return onlyR;
    parts.push(reply);
    from += n;
  }
  return { kind: 'parts', parts };
}

const onlyR: Split = { kind: 'indivisible', reason: 'only R can print its result' };

function notDivisible(items: number): Split {
  return { kind: 'indivisible', reason: `its result has no part for each of ${items} items` };
}

/** Each request of the batch may have a value as long as that of a single request. */
function readParts({ payload }: Frame, requests: number): RList {
  return readRData(payload, { maxExpanded: MAX_EXPANDED_ELEMENTS * requests }) as RList;
}

function partReply(type: string, body: Buffer): Reply {
  return { status: 200, headers: [['Content-Type', type]], body };
}

/** Whether the request gets a part of the value. */
function hasPart(answer: RValue): boolean {
  return answer.type === 'NULL' || (answer.type === 'list' && toPlain(answer.values[0]!) === 'part');
}

/** Undefined if the status is invalid; the request then runs alone, which reports the reason. */
function sharedReply(
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

/** The answer to a request for which the handler was not called; undefined if the request must run alone. */
function ownReply(answer: RValue, answers: DirectAnswers): Reply | undefined {
  if (answer.type !== 'list') return undefined;
  const type = toPlain(answer.values[0]!) === 'value' ? FrameType.value : FrameType.result;
  const payload = toPlain(answer.values[1]!) as Buffer;
  const reply = answers.whole({ type, id: 0, time: 0, payload, length: payload.length });
  return reply instanceof NotCovered ? undefined : reply;
}
