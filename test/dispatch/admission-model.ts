import { Dispatcher } from '../../src/dispatch/dispatcher.js';
import { Route } from '../../src/dispatch/route.js';
import { type Frame, FrameType } from '../../src/protocol/frame.js';
import { FakeClock } from '../support/fake-clock.js';
import { FakePool } from '../support/fake-pool.js';

const answer: Frame = { type: FrameType.value, id: 0, time: 0, payload: Buffer.alloc(0), length: 0 };

/** A route that always takes the same time. */
export interface RouteKind {
  readonly ms: number;
  readonly concurrency: number;
  /** Whether its time is not known yet. */
  readonly isNew?: boolean;
}

export interface Arrival {
  /** Milliseconds since the previous arrival. */
  readonly gap: number;
  /** Index of its route. */
  readonly route: number;
  readonly timeout: number;
}

export interface Scenario {
  readonly workers: number;
  readonly routes: readonly RouteKind[];
  readonly arrivals: readonly Arrival[];
}

/** The result of a request: rejected, or answered after `took` ms (Infinity if not within its deadline). */
export interface Result {
  readonly rejected: boolean;
  readonly took: number;
}

/** Its workers never look ahead, and continue after a deadline. */
class SimulatedPool extends FakePool {
  override takeAhead(): undefined {}

  override replace(): void {}
}

/** Submits all arrivals to a real dispatcher that knows the routes. Returns the result of each. */
export function simulate({ arrivals, routes: kinds, workers }: Scenario): Result[] {
  const clock = new FakeClock();
  const pool = new SimulatedPool();
  const dispatcher = new Dispatcher(
    pool,
    {
      cores: 16,
      queueLimit: 100_000,
      interruptGrace: 100,
      retrySafe: false,
      reservedWorkers: 'auto',
      shortTime: 500,
    },
    clock,
  );
  pool.dispatcher = dispatcher;
  for (let i = 0; i < workers; i++) pool.add();
  const routes = kinds.map(({ concurrency, isNew, ms }) => {
    const route = new Route(concurrency);
    if (isNew !== true) route.observe({ ms, requests: 1, worker: undefined });
    return route;
  });
  pool.assigned = (worker, unit) => {
    const { ms } = kinds[Number(unit.label)]!;
    clock.after(ms, () => worker.answer(ms, answer));
  };
  const results: Result[] = [];
  for (const [i, { gap, route, timeout }] of arrivals.entries()) {
    clock.advance(gap);
    const from = clock.now();
    dispatcher.submit({
      label: `${route}`,
      url: '/',
      type: FrameType.call,
      payload: () => [],
      safe: false,
      urgent: false,
      route: routes[route]!,
      timeout,
      settle: (outcome) => {
        const rejected = outcome.kind === 'error' && outcome.code === 'queue_full';
        results[i] = { rejected, took: outcome.kind === 'answer' ? clock.now() - from : Infinity };
      },
    });
  }
  clock.advance(1e7);
  return results;
}

/** Whether the last arrival is rejected, and how long it would take if it were accepted. */
export function probe(scenario: Scenario): { readonly rejected: boolean; readonly wouldTake: number } {
  const { rejected } = simulate(scenario).at(-1)!;
  const [...arrivals] = scenario.arrivals;
  arrivals.push({ ...arrivals.pop()!, timeout: Infinity });
  return { rejected, wouldTake: simulate({ ...scenario, arrivals }).at(-1)!.took };
}
