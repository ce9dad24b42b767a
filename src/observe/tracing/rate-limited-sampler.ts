import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-base';

/** Keeps at most a fixed number of traces per second. OpenTelemetry's SDK has samplers for shares only. */
export class RateLimitedSampler implements Sampler {
  readonly #perSecond: number;
  readonly #now: () => number;
  #second = 0;
  #kept = 0;

  /** @param now the current time in ms */
  constructor(perSecond: number, now = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  shouldSample(): SamplingResult {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#kept = 0;
    }
    this.#kept += 1;
    const keep = this.#kept <= this.#perSecond;
    return { decision: keep ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `RateLimitedSampler{${this.#perSecond}/s}`;
  }
}
