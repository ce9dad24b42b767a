import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../contender.js';
import { ask, echo, type Question } from '../question.js';
import { alternate } from '../rounds.js';
import type { Scenario } from '../scenario.js';
import { spreadOf } from '../statistics.js';

const WAITS = 12;
const wait: Question = { method: 'GET', path: '/wait', answer: '["waited"]' };
/** Time until all handlers have returned their promise, in ms. */
const SETTLE_MS = 300;

interface Round {
  /** Time from the first of the waiting requests to the last answer, in ms. */
  readonly all: number;
  /** Time of a brief request that comes while they wait, in ms. */
  readonly beside: number;
}

const timed = async (target: Target, question: Question): Promise<number> => {
  const startedAt = performance.now();
  await ask(target.origin, question);
  return performance.now() - startedAt;
};

async function runRound(target: Target): Promise<Round> {
  const startedAt = performance.now();
  const waits = Promise.all(Array.from({ length: WAITS }, () => ask(target.origin, wait)));
  await sleep(SETTLE_MS);
  const beside = await timed(target, echo);
  await waits;
  return { all: performance.now() - startedAt, beside };
}

/** Handlers that return a promise, and a brief request beside them. */
export function promisesScenario(workers: number): Scenario {
  const processes = workers === 1 ? 'one R process' : `${workers} R processes`;
  return {
    key: workers === 1 ? 'promises' : `promises-${workers}`,
    title: `Handlers that wait for a promise, ${processes}`,
    app: { folder: () => 'bench/apps/promises', probe: echo },
    question: echo,
    withoutR: false,
    measures: [
      { label: `${WAITS} promises of 1 s, ms`, better: 'lower' },
      { label: 'brief request beside them, ms', better: 'lower' },
    ],
    workers: () => workers,
    method: ({ rounds }) =>
      `${processes} for each server; ${WAITS} requests at once whose handler returns a promise for 1 s, and ` +
      `\`GET ${echo.path}\` ${SETTLE_MS} ms later; ${rounds} rounds after a warm-up round`,
    async run(targets, { rounds }, report) {
      const compared = targets.filter(({ keepAlive }) => keepAlive);
      for (const target of compared) {
        report(`warming up: ${target.name}`);
        await runRound(target);
      }
      const measured = await alternate(compared, rounds, runRound, report);
      return [...measured].map(([{ name }, results]) => ({
        name: name.replace(', keep-alive', ''),
        values: [spreadOf(results.map(({ all }) => all)), spreadOf(results.map(({ beside }) => beside))],
        failed: 0, // a wrong answer stops the benchmark
      }));
    },
  };
}
