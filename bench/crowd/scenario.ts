import type { App, Target } from '../contender.js';
import { ask, type Question } from '../question.js';
import { formatNumber } from '../report/numbers.js';
import type { Result, Row } from '../result.js';
import { alternate } from '../rounds.js';
import type { Scenario } from '../scenario.js';
import { spreadOf } from '../statistics.js';
import { putLoad } from './load.js';
import type { LoadResult } from './plan.js';

/** From a few clients to more than most servers ever see at once. */
const CONNECTIONS = [16, 64, 256, 1024, 4096] as const;

/** All connections are open and have asked for so long before anything is counted. */
const WARM_SECONDS = 2;

/** A server has worked off its backlog when it gives so many answers in a row within this time, in ms. */
const CALM_ANSWERS = 3;
const CALM_MS = 200;
const CALM_TIMEOUT_MS = 60_000;

export interface CrowdPart {
  readonly key: string;
  readonly title: string;
  readonly app: App;
  readonly question: Question;
  /** Whether a bare Node server takes part, as the limit of what one Node process can do here; by default not. */
  readonly withoutR?: boolean;
}

/** Good answers by the number of clients that ask at once and ask again as soon as they have their answer. */
export function crowdScenario(part: CrowdPart): Scenario {
  return {
    key: `crowd-${part.key}`,
    title: `A crowd: ${part.title}`,
    app: part.app,
    get question() {
      return part.question;
    },
    withoutR: part.withoutR ?? false,
    measures: [
      { label: 'good answers/s', better: 'higher' },
      { label: 'median ms', better: 'lower' },
      { label: '99 % ms', better: 'lower' },
      { label: '99.9 % ms', better: 'lower' },
      { label: 'rejected', better: 'lower' },
      { label: 'fastest to slowest connection', better: 'lower' },
    ],
    workers: ({ workers }) => workers,
    method: ({ rounds, seconds }) =>
      `\`${part.question.method} ${part.question.path}\` over ${CONNECTIONS.join(', ')} connections, ${rounds === 1 ? 'one round' : `${rounds} rounds`} of ` +
      `${seconds} s after ${WARM_SECONDS} s that are not counted. Each connection asks again as soon as it has its answer`,
    async run(entrants, { rounds, seconds }, report) {
      const rows: Row[] = [];
      for (const connections of CONNECTIONS) {
        const load = { connections, seconds, warmSeconds: WARM_SECONDS, graceMs: 0 };
        const ways = entrants.filter(({ name }) => !name.startsWith('HAProxy round robin'));
        report(`${connections} connections`);
        const measure = async (way: Target) => {
          const result = await putLoad(way, part.question, load);
          await workedOff(way, part.question);
          return result;
        };
        for (const [way, results] of await alternate(ways, rounds, measure, report))
          rows.push(row(way, connections, results));
      }
      return rows;
    },
  };
}

/** plumber goes on with what its clients have asked for when they have left, which would slow down the next round. */
async function workedOff({ origin }: Target, question: Question): Promise<void> {
  const until = performance.now() + CALM_TIMEOUT_MS;
  for (let calm = 0; calm < CALM_ANSWERS && performance.now() < until; ) {
    const startedAt = performance.now();
    const answered = await ask(origin, question).then(
      () => true,
      () => false,
    );
    calm = answered && performance.now() - startedAt < CALM_MS ? calm + 1 : 0;
  }
}

function row({ name }: Target, connections: number, results: readonly LoadResult[]): Row {
  const of = (value: (result: LoadResult) => number) => spreadOf(results.map(value));
  const perSecond = of(({ goodPerSecond }) => goodPerSecond);
  return {
    name: `${name}, ${connections} connections`,
    values: [
      perSecond,
      of(({ goodMs }) => goodMs.median),
      of(({ goodMs }) => goodMs.p99),
      of(({ goodMs }) => goodMs.p999),
      of(({ rejected }) => rejected),
      of(({ unevenness }) => unevenness),
    ],
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
    crowd: { name, connections, perSecond: perSecond.median },
  };
}

/** The lowest rate of Penstock as a share of its best; undefined for other scenarios. */
export function crowdNote({ rows }: Result): string | undefined {
  const ours = rows.flatMap(({ crowd }) => (crowd?.name.startsWith('Penstock') === true ? [crowd] : []));
  if (ours.length === 0) return undefined;
  const best = Math.max(...ours.map(({ perSecond }) => perSecond));
  const shares = ours.map(
    ({ connections, perSecond }) => `${formatNumber((100 * perSecond) / best)} % at ${connections}`,
  );
  return `Penstock's rate as a share of its best: ${shares.join(', ')} connections.`;
}
