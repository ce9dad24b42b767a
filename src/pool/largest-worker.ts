/** Above this share of its limit, a container is about to be killed. */
const FULL = 0.95;

/** @param used  memory of the container that the kernel cannot free */
export function isFull(used: number, limit: number): boolean {
  return used >= FULL * limit;
}

/** A worker and its memory (PSS), in bytes. */
export interface WorkerMemory<W> {
  readonly worker: W;
  readonly memory: number;
}

/**
 * The worker to end before the kernel ends the container: the largest, if the container is full and this worker has more
 * than an equal share. Otherwise ending one would not help, because the memory is elsewhere.
 *
 * @param used  memory of the container that the kernel cannot free
 */
export function largestWorker<W>(
  workers: readonly WorkerMemory<W>[],
  used: number,
  limit: number,
): WorkerMemory<W> | undefined {
  if (!isFull(used, limit)) return undefined;
  const [largest] = workers.toSorted((one, other) => other.memory - one.memory);
  return largest !== undefined && largest.memory > limit / (workers.length + 1) ? largest : undefined;
}
