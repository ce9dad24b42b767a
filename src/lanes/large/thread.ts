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
import type { LargeJob, LargeResult, Next, ParseJob, PrintJob, ReadJob } from './job.js';
import { readJson } from './read-json.js';

/** A job whose result is one message. */
type WholeJob = Exclude<LargeJob, ReadJob>;

/** In vectors of at least this length, strings are not converted to JavaScript strings. */
const PACK_FROM_STRINGS = 256;
/** Compact sequences are expanded up to this length. */
const MAX_EXPANDED_ELEMENTS = 2 ** 25;

/** The `ReadJob` whose slices are being taken. */
let reading: ReturnType<typeof readJson> | undefined;

function run(job: WholeJob): LargeResult {
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

function outcome(job: WholeJob): LargeResult {
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

function serve(job: WholeJob): void {
  const result = outcome(job);
  parentPort!.postMessage(result, movable(result));
}

/** The next slice is only sent when it is asked for: other events of the gateway get their turn between two slices. */
function readOn(): void {
  const { done, value } = reading!.next();
  if (done === true) reading = undefined;
  parentPort!.postMessage(value);
}

parentPort!.on('message', (job: LargeJob | Next) => {
  if (job.kind === 'read') reading = readJson(job);
  if (job.kind === 'read' || job.kind === 'next') readOn();
  else serve(job);
  if (reading !== undefined) return;
  // Collect now: the next job may come much later, and until then this job's memory would stay in use.
  setImmediate(() => globalThis.gc?.());
});
