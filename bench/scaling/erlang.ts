/**
 * M/M/c queue: random arrivals, random service times, and one queue for c workers. Erlang's C formula gives the share of
 * requests that wait.
 */

/** @param load  the average number of running requests: arrivals per second × service time in seconds */
export function erlangC(workers: number, load: number): number {
  if (load >= workers) return 1;
  // The recursion of Erlang's B formula does not overflow, whatever the number of workers.
  let blocked = 1;
  for (let n = 1; n <= workers; n += 1) blocked = (load * blocked) / (n + load * blocked);
  return (workers * blocked) / (workers - load * (1 - blocked));
}

/** Mean time in the queue, in units of the mean service time. */
export function meanWait(workers: number, utilization: number): number {
  const load = workers * utilization;
  return erlangC(workers, load) / (workers - load);
}

/** Quantile of the time in the queue, in units of the mean service time. */
export function waitQuantile(workers: number, utilization: number, share: number): number {
  const load = workers * utilization;
  const waits = erlangC(workers, load);
  return waits <= 1 - share ? 0 : Math.log(waits / (1 - share)) / (workers - load);
}
