/** Which traces are kept: by the trace's id, and by what whoever asks has decided, if anything. */
export type Sampler = (traceId: string, parent: boolean | undefined) => boolean;

/** Digits of a trace id that are random whoever has made it. */
const RANDOM_DIGITS = 14;

/**
 * The samplers of OpenTelemetry by their names there; the usual one keeps what its parent keeps, and all that begins here.
 *
 * @param argument share of the traces, for those with `traceidratio` in their name
 */
export function samplerFrom(name = 'parentbased_always_on', argument = '1'): Sampler {
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
