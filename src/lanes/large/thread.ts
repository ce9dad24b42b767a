/** One thread for large bodies and values: a job in, its result out. `threads.ts` is the other side. */
import { isUtf8 } from 'node:buffer';
import { parentPort } from 'node:worker_threads';
import { NotCovered, parseLargeJson, printLargeJson, TextTooLong } from '../../json/index.js';
import {
  RDataError,
  type RList,
  type RValue,
  readRData,
  rList,
  toPlain,
  writeRDataPieces,
} from '../../rdata/index.js';
import type { LargeJob, LargeResult, ParseJob, PrintJob } from './job.js';

/** Strings of a vector from which on they are not made into JavaScript's, and elements that short forms may have. */
const PACK_FROM = 256;
const MOST_EXPANDED = 2 ** 25;

function run(job: LargeJob): LargeResult {
  switch (job.kind) {
    case 'parse':
      return parse(job);
    case 'print':
      return print(job);
    case 'check':
      return { kind: 'checked', valid: isJson(job.body) };
  }
}

function parse({ after, before, body, options }: ParseJob): LargeResult {
  const value = parseLargeJson(body, options);
  if (value instanceof NotCovered) return { kind: 'left-to-r', reason: value.reason };
  return { kind: 'parsed', pieces: writeRDataPieces(rList([...before, value, ...after])) };
}

function print({ limit, options, payload }: PrintJob): LargeResult {
  const frame = readRData(payload, { maxExpanded: MOST_EXPANDED, packFrom: PACK_FROM }) as RList;
  const [index, value, status, names, values] = frame.values;
  const at = toPlain(index!) as number;
  const pieces = printLargeJson(value as RValue, options[at - 1]!, limit);
  if (pieces instanceof NotCovered) return { kind: 'left-to-r', reason: pieces.reason };
  return {
    kind: 'printed',
    index: at,
    status: status === undefined ? undefined : (toPlain(status) as number | null),
    names: texts(names),
    values: texts(values),
    pieces,
  };
}

function texts(value: RValue | undefined): string[] {
  return value === undefined ? [] : ([toPlain(value)].flat() as string[]);
}

function isJson(body: Uint8Array): boolean {
  if (!isUtf8(body)) return false;
  try {
    JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function outcome(job: LargeJob): LargeResult {
  try {
    return run(job);
  } catch (error) {
    if (error instanceof RDataError) return { kind: 'left-to-r', reason: error.message };
    if (error instanceof TextTooLong) return { kind: 'too-long' };
    throw error;
  }
}

/** Memory that is only this thread's goes along with the result instead of being copied. */
function movable(result: LargeResult): ArrayBuffer[] {
  const pieces = result.kind === 'parsed' || result.kind === 'printed' ? result.pieces : [];
  const buffers = new Set(pieces.map(({ buffer }) => buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}

function serve(job: LargeJob): void {
  const result = outcome(job);
  parentPort!.postMessage(result, movable(result));
}

parentPort!.on('message', (job: LargeJob) => {
  serve(job);
  // At once: the next job may be long in coming, and would find the memory of this one still taken.
  setImmediate(() => globalThis.gc?.());
});
