import type { Batchable, MergedCall, Split } from '../dispatch/batch.js';
import type { BatchPolicy } from '../dispatch/batch-policy.js';
import type { Reply } from '../http/reply.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import type { Cell } from './cell.js';
import type { ColumnSet } from './columns.js';
import { predictPayload } from './payload.js';
import { readPrediction } from './prediction.js';
import type { PredictWork } from './protocols/request.js';

/** A prediction request. Requests for the same model and options are batched: their rows form one data frame. */
export class ModelBatch implements Batchable {
  readonly key: string;
  readonly items: number;
  readonly policy: BatchPolicy;
  readonly #work: PredictWork;

  constructor(work: PredictWork) {
    const { endpoint, input, options } = work;
    // With missing values, R uses another algorithm for matrix products, which changes the last digits.
    const whole = isWhole(input) ? 'whole' : '';
    this.key = `${endpoint.model.loadedAs}|${whole}|${JSON.stringify(options)}`;
    this.items = input.rows;
    this.policy = endpoint.batching;
    this.#work = work;
  }

  merge(jobs: readonly Batchable[]): MergedCall {
    const all = (jobs as readonly ModelBatch[]).map((job) => job.#work);
    const { endpoint, options } = this.#work;
    const sets = all.map(({ input }) => input);
    return {
      type: FrameType.predict,
      payload: [predictPayload(endpoint.model, options, sets)],
      split: (frame) => splitRows(frame, all),
    };
  }

  succeeded(alone: Frame): boolean {
    return alone.type === FrameType.value && !('failure' in readPrediction(alone.payload));
  }

  /** False if a row's prediction depends on the other rows, for example on their mean, or on chance. */
  isSame(part: unknown, alone: Frame): boolean {
    if (alone.type !== FrameType.value || alone.payload.length < alone.length) return true;
    const prediction = readPrediction(alone.payload);
    if ('failure' in prediction) return true;
    const { body } = this.#work.reply(prediction, 0, this.items);
    return Buffer.compare(body!, (part as Reply).body!) === 0;
  }
}

function isWhole({ columns }: ColumnSet): boolean {
  return columns.every((cells) => cells.every(isPresent));
}

function isPresent(cell: Cell): boolean {
  if (typeof cell === 'object') return cell?.every(isPresent) ?? false;
  return typeof cell !== 'number' || Number.isFinite(cell);
}

function splitRows(frame: Frame, all: readonly PredictWork[]): Split {
  if (frame.type !== FrameType.value || frame.payload.length < frame.length) return { kind: 'failed' };
  const prediction = readPrediction(frame.payload);
  if ('failure' in prediction) return { kind: 'failed' };
  let from = 0;
  const parts = all.map(({ input, reply }) => {
    const to = from + input.rows;
    const part = reply(prediction, from, to);
    from = to;
    return part;
  });
  return { kind: 'parts', parts };
}
