import type { Output, ServedModel } from '../app/model-schema.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { Outcome } from '../dispatch/outcome.js';
import { PenstockError } from '../errors.js';
import { FrameType } from '../protocol/frame.js';
import { ColumnReader } from './columns.js';
import { Faults } from './fault.js';
import { predictPayload } from './payload.js';
import { readPrediction } from './prediction.js';
import { exampleRow } from './protocols/openapi.js';

export interface TrialOptions {
  readonly dispatcher: Dispatcher;
  /** How often to predict: once per possible worker, so that each loads the model. */
  readonly times: number;
  readonly timeout: number;
}

/**
 * Predicts one example row, and two. Returns the model with the outputs that R has given. Fails with `model_failed` if R
 * has no answer.
 */
export async function tryModel(model: ServedModel, options: TrialOptions): Promise<ServedModel> {
  const ask = (rows: number) => predictExample(model, rows, options);
  const [one] = await Promise.all(Array.from({ length: options.times }, () => ask(1)));
  const two = await ask(2);
  const [names, others] = [one!, two].map((outputs) => outputs.map(({ name }) => name).join(', '));
  if (names !== others) {
    const detail = `Model ${model.name} predicts the columns ${names} for one row, and ${others} for two.`;
    throw new PenstockError('model_failed', detail);
  }
  return { ...model, outputs: one! };
}

async function predictExample(
  model: ServedModel,
  rows: number,
  { dispatcher, timeout }: TrialOptions,
): Promise<Output[]> {
  const row = exampleRow(model);
  const faults = new Faults();
  const input = new ColumnReader(model).read(new Array(rows).fill(row), faults);
  if (faults.count > 0) throw new PenstockError('config_invalid', `The example row: ${faults.describe()}`);
  const payload = predictPayload(model, model.options, [input]);
  const outcome = await new Promise<Outcome>((settle) => {
    dispatcher.submit({
      label: 'model-trial',
      url: model.name,
      type: FrameType.predict,
      payload: () => [payload],
      safe: true,
      urgent: true,
      timeout,
      settle,
    });
  });
  if (outcome.kind === 'error') throw new PenstockError(outcome.code, outcome.detail);
  if (outcome.kind !== 'answer') throw new TypeError('a trial is never batched');
  const { frame } = outcome;
  const result =
    frame.type === FrameType.value ? readPrediction(frame.payload) : { failure: 'R was interrupted.' };
  if ('failure' in result) {
    const sent = rows === 1 ? JSON.stringify(row) : `two rows like ${JSON.stringify(row)}`;
    throw new PenstockError('model_failed', `Model ${model.name}, for ${sent}: ${result.failure}`);
  }
  return result.columns.map(({ levels, name, type }) => ({
    name,
    type,
    ...(levels !== undefined && { levels }),
  }));
}
