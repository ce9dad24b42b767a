/**
 * M/M/c: requests come by chance, take times by chance, and wait in one queue for one of c workers.
 * Erlang's C formula gives the share of requests that wait at all.
 */

/** Requests under way on average, `load`: arrivals a second × seconds of service. */
export function erlangC(workers: number, load: number): number {
  if (load >= workers) return 1;
  // Erlang's B by its recursion, which stays in bounds for any number of workers.
  let blocked = 1;
  for (let n = 1; n <= workers; n += 1) blocked = (load * blocked) / (n + load * blocked);
  return (workers * blocked) / (workers - load * (1 - blocked));
}

/** Mean time in the queue, in units of the mean time of service. */
export function meanWait(workers: number, utilization: number): number {
  const load = workers * utilization;
  return erlangC(workers, load) / (workers - load);
}

/** The time in the queue that a share of the requests stays under, in units of the mean time of service. */
export function waitQuantile(workers: number, utilization: number, share: number): number {
  const load = workers * utilization;
  const waits = erlangC(workers, load);
  return waits <= 1 - share ? 0 : Math.log(waits / (1 - share)) / (workers - load);
}
