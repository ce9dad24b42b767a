import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Growth } from '../../src/pool/growth.js';
import { type Command, commands } from './dispatcher-commands.js';
import { DispatcherModel } from './dispatcher-model.js';

/** To repeat a failure, use the seed and the path that fast-check reports: { seed, path: '...' }. */
const RUNS = { seed: 20261130, numRuns: 300 };
/** How long a worker takes to start. */
const START_MS = 60;
/** By when a worker must be on its way: the interval between checks, and the time to measure the CPU. */
const DECIDED_WITHIN_MS = 120;

/** A dispatcher whose pool starts workers by its own rule. */
class ElasticModel {
  readonly model = new DispatcherModel(1);
  readonly #max: number;
  #starting = 0;
  #lackingSince: number | undefined;

  constructor(max: number) {
    this.#max = max;
    const { clock, dispatcher, pool } = this.model;
    const owner = {
      waiting: () => dispatcher.queued > 0,
      lacking: () => dispatcher.lackedWorkers,
      room: () => this.#room,
      starting: () => this.#starting,
      pids: () => [],
      spawn: () => {
        expect(this.#room).toBeGreaterThan(0);
        this.#starting += 1;
        clock.after(START_MS, () => {
          this.#starting -= 1;
          pool.add();
        });
      },
    };
    pool.growth = new Growth(4, owner, () => () => 0, clock);
  }

  get #room(): number {
    return Math.max(0, this.#max - this.#starting - this.model.pool.healthy);
  }

  run(command: Command): void {
    if (command.do === 'advance') {
      for (let ms = 0; ms < command.ms; ms += 5) {
        this.model.clock.advance(Math.min(5, command.ms - ms));
        this.check();
      }
    } else if (command.do === 'add') {
      return; // by its own rule only
    } else if (command.do === 'die') {
      this.model.run({ ...command, failing: false });
    } else {
      this.model.run(command);
    }
    this.model.clock.turn();
    this.check();
  }

  /** Whether a request waits that another worker could run. */
  get #lacks(): boolean {
    const { entries, isolation, pool, routes } = this.model;
    return entries.some(({ endedAt, route: name, ticket }) => {
      if (endedAt !== undefined || ticket!.state !== 'queued') return false;
      const route = routes[name];
      if (route?.isFull === true) return false;
      return route !== undefined && !isolation.admits(route) ? true : pool.idle === 0;
    });
  }

  check(): void {
    const now = this.model.clock.now();
    if (!this.#lacks || this.#starting > 0 || this.#room === 0) this.#lackingSince = undefined;
    else this.#lackingSince ??= now;
    if (now - (this.#lackingSince ?? now) > DECIDED_WITHIN_MS)
      throw new Error('a request waits and there is room for a worker, but none is on its way');
  }
}

test(`with room and need, a worker is on its way, whatever happened before (seed ${RUNS.seed})`, () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), commands, (max, steps) => {
      const elastic = new ElasticModel(max);
      for (const step of steps) elastic.run(step);
      elastic.run({ do: 'advance', ms: 450 });
      elastic.model.end();
    }),
    RUNS,
  );
});
