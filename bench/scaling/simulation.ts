/** How a load balancer chooses a pod. `two choices`: the less busy one of two random pods. */
export type Policy = 'one queue' | 'random' | 'round robin' | 'two choices' | 'least connections';

export interface SimulationInput {
  readonly pods: number;
  readonly workersPerPod: number;
  /** Share of the workers' time that requests take. */
  readonly utilization: number;
  readonly policy: Policy;
  readonly requests: number;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
  /** Service time in units of its mean; exponential by default. */
  readonly service?: (random: () => number) => number;
}

/** Times in the queue, in units of the mean service time. */
export interface SimulationResult {
  readonly mean: number;
  readonly p99: number;
}

/** Simulates `requests` requests, after the same number for warm-up. */
export function simulate(input: SimulationInput): SimulationResult {
  const { pods: count, policy, random, requests, utilization, workersPerPod } = input;
  const exponential = (next: () => number) => -Math.log(1 - next());
  const service = input.service ?? exponential;
  const one = policy === 'one queue';
  const pods = Array.from(
    { length: one ? 1 : count },
    () => new Times(one ? count * workersPerPod : workersPerPod),
  );
  const cluster = new Cluster(pods.length);
  const rate = count * workersPerPod * utilization;
  const waits = new Float64Array(requests);
  let now = 0;
  for (let at = -requests; at < requests; at += 1) {
    now += exponential(random) / rate;
    const pod = cluster.choose(policy, at + requests, now, random);
    const free = pods[pod]!;
    const start = Math.max(now, free.soonest);
    const end = start + service(random);
    free.replaceSoonest(end);
    if (policy === 'two choices' || policy === 'least connections') cluster.begins(pod, end);
    if (at >= 0) waits[at] = start - now;
  }
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / requests;
  return { mean, p99: waits.sort()[Math.floor(requests * 0.99)]! };
}

/** The times when workers become free: a heap with the earliest time first. */
class Times {
  readonly #heap: Float64Array;

  constructor(workers: number) {
    this.#heap = new Float64Array(workers);
  }

  get soonest(): number {
    return this.#heap[0]!;
  }

  replaceSoonest(time: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
      if (heap[child]! >= time) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = time;
  }
}

/** The number of waiting and running requests of each pod. */
class Cluster {
  readonly #held: Int32Array;
  /** The waiting and running requests, sorted by descending end time. */
  readonly #ends: { readonly time: number; readonly pod: number }[] = [];

  constructor(pods: number) {
    this.#held = new Int32Array(pods);
  }

  begins(pod: number, end: number): void {
    this.#held[pod] = this.#held[pod]! + 1;
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      // The earliest is last, where removing it is cheap.
      if (this.#ends[middle]!.time > end) low = middle + 1;
      else high = middle;
    }
    this.#ends.splice(low, 0, { time: end, pod });
  }

  choose(policy: Policy, nth: number, now: number, random: () => number): number {
    const held = this.#held;
    for (let next = this.#ends.at(-1); next !== undefined && next.time <= now; next = this.#ends.at(-1)) {
      held[next.pod] = held[next.pod]! - 1;
      this.#ends.pop();
    }
    const any = () => Math.floor(random() * held.length);
    switch (policy) {
      case 'one queue':
        return 0;
      case 'random':
        return any();
      case 'round robin':
        return nth % held.length;
      case 'two choices': {
        const [one, other] = [any(), any()];
        return held[one]! <= held[other]! ? one : other;
      }
      case 'least connections': {
        let least = 0;
        for (let pod = 1; pod < held.length; pod += 1) if (held[pod]! < held[least]!) least = pod;
        return least;
      }
    }
  }
}
