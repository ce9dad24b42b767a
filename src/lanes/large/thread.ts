/** A thread for large bodies and values: takes a job and posts its result. See `threads.ts` for the other side. */
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

/** In vectors of at least this length, strings are not converted to JavaScript strings. */
const PACK_FROM_STRINGS = 256;
/** Compact sequences are expanded up to this length. */
const MAX_EXPANDED_ELEMENTS = 2 ** 25;

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
  const frame = readRData(payload, {
    maxExpanded: MAX_EXPANDED_ELEMENTS,
    packFrom: PACK_FROM_STRINGS,
  }) as RList;
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

/** Memory that only this thread uses. It is transferred with the result instead of copied. */
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
  // Collect now: the next job may come much later, and until then this job's memory would stay in use.
  setImmediate(() => globalThis.gc?.());
});
