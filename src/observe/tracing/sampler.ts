/** Which traces are kept: by the trace's id, and by what whoever asks has decided, if anything. */
export type Sampler = (traceId: string, parent: boolean | undefined) => boolean;

/** Digits of a trace id that are random whoever has made it. */
const RANDOM_DIGITS = 14;

/** Traces a second that begin here and are kept, unless a sampler is chosen: more tell no more, and cost. */
const USUAL_RATE = 100;

/**
 * The samplers of OpenTelemetry by their names there. The usual one keeps what its parent keeps, and of what begins here
 * as much as tells something.
 *
 * @param argument share of the traces, for those with `traceidratio` in their name
 * @param now      milliseconds, for the usual one
 */
export function samplerFrom(name?: string, argument = '1', now = () => performance.now()): Sampler {
  if (name === undefined) {
    const root = atMost(USUAL_RATE, now);
    return (_traceId, parent) => parent ?? root();
  }
  const kind = name.replace(/^parentbased_/, '');
  const root = rootSampler(kind, Number(argument));
  if (kind === name) return (traceId) => root(traceId);
  return (traceId, parent) => parent ?? root(traceId);
}

function rootSampler(kind: string, share: number): (traceId: string) => boolean {
  if (kind === 'always_off') return () => false;
  if (kind !== 'traceidratio' || !(share < 1)) return () => true;
  const below = Math.max(0, share) * 16 ** RANDOM_DIGITS;
  return (traceId) => Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) < below;
}

/** Whether there is room for one more in this second. */
function atMost(rate: number, now: () => number): () => boolean {
  let second = 0;
  let kept = 0;
  return () => {
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      second = current;
      kept = 0;
    }
    kept += 1;
    return kept <= rate;
  };
}
