import type { Batchable, MergedCall, Split } from '../../dispatch/batch.js';
import type { BatchPolicy } from '../../dispatch/batch-policy.js';
import { predictPayload } from '../../model/payload.js';
import { readPrediction } from '../../model/prediction.js';
import { type Frame, FrameType } from '../../protocol/frame.js';
import type { PredictWork } from './request.js';

/** A request for predictions, which joins others of the same model and options: their rows are one data frame. */
export class ModelBatch implements Batchable {
  readonly key: string;
  readonly items: number;
  readonly policy: BatchPolicy;
  readonly #work: PredictWork;

  constructor(work: PredictWork) {
    const { endpoint, input, options } = work;
    this.key = `${endpoint.model.loadedAs}|${endpoint.model.version}|${JSON.stringify(options)}`;
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

  /** predict() is vectorised by its contract: nothing is checked. */
  isSame(): boolean {
    return true;
  }
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
