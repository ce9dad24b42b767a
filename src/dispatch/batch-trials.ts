import type { Frame } from '../protocol/frame.js';
import type { Batchable, MergedCall } from './batch.js';
import type { Job } from './ticket.js';

/** Requests whose answers are computed once more together, as a trial. */
const SAMPLES = 4;
/** Kinds of requests that samples are kept of. */
const MAX_KEYS = 64;

interface Sample {
  readonly batch: Batchable;
  /** Its answer alone, which its client has got. */
  readonly alone: Frame;
}

/** Requests that were answered alone, computed once more in one call. */
export interface Trial {
  readonly call: MergedCall;
  /** Compares the call's answer with those of the requests, and tells their policy. */
  judge(answer: Frame): void;
}

/**
 * The job of a trial.
 *
 * @param like   a job of one of its requests
 * @param failed called if the answers cannot be compared
 */
export function trialJob({ call, judge }: Trial, like: Job, failed: (error: unknown) => void): Job {
  const { label, plan, route, timeout, url } = like;
  return {
    label,
    url,
    type: call.type,
    payload: () => call.payload,
    safe: false,
    // It runs before all that waits: the sooner the route is batched, the less each of them waits.
    urgent: true,
    plan,
    route,
    timeout,
    settle: (outcome) => {
      if (outcome.kind !== 'answer') return;
      try {
        judge(outcome.frame);
      } catch (error) {
        failed(error);
      }
    },
  };
}

/**
 * Until a route is trusted, its requests run alone, and some of them once more as a batch whose answer no client gets.
 */
export class BatchTrials {
  readonly #samples = new Map<string, Sample[]>();

  /** Notes the answer of a request that ran alone. Returns a trial once there are enough requests of its kind. */
  add(batch: Batchable, alone: Frame): Trial | undefined {
    const { key } = batch;
    const samples = this.#samples.get(key) ?? [];
    samples.push({ batch, alone });
    this.#samples.delete(key);
    if (samples.length === SAMPLES) return trialOf(samples);
    this.#samples.set(key, samples);
    if (this.#samples.size > MAX_KEYS) this.#samples.delete(this.#samples.keys().next().value!);
    return undefined;
  }
}

function trialOf(samples: readonly Sample[]): Trial {
  const first = samples[0]!.batch;
  const { policy } = first;
  const call = first.merge(samples.map(({ batch }) => batch));
  const judge = (answer: Frame): void => {
    const split = call.split(answer);
    if (split.kind === 'indivisible') policy.disable(split.reason);
    else if (split.kind === 'failed') policy.failed(true, split.reason);
    else if (split.parts.includes(undefined)) return;
    else if (samples.some(({ alone, batch }, i) => !batch.isSame(split.parts[i], alone)))
      policy.contradicted();
    else policy.confirmed(samples.some(({ alone, batch }) => !batch.isSame(split.parts[0], alone)));
  };
  return { call, judge };
}
