import type { Target } from '../contender.js';
import type { Row } from '../result.js';
import type { Scenario } from '../scenario.js';
import { spreadOf } from '../statistics.js';
import { putLoad } from './load.js';
import { type LoadResult, MOST_CONNECTIONS } from './plan.js';
import type { CrowdPart } from './scenario.js';

/** Requests that arrive, as a multiple of what the workers can do. */
const FACTORS = [0.5, 0.9, 1.5, 3, 10] as const;
const SECONDS = 30;
/** Connections that keep the workers busy without a queue, to learn what they can do. */
const CAPACITY_CONNECTIONS = 16;
/** Longer than any deadline that Penstock has by default. */
const GRACE_MS = 70_000;

/** Requests that arrive at their own pace, whether the server keeps up or not. */
export function overloadScenario(part: CrowdPart): Scenario {
  return {
    key: `overload-${part.key}`,
    title: `More requests than the workers can do: ${part.title}`,
    app: part.app,
    get question() {
      return part.question;
    },
    withoutR: false,
    measures: [
      { label: 'good answers/s', better: 'higher' },
      { label: 'share of capacity, %', better: 'higher' },
      { label: '99 % ms of good', better: 'lower' },
      { label: 'rejected/s', better: 'lower' },
      { label: '99 % ms of rejected', better: 'lower' },
    ],
    workers: ({ workers }) => workers,
    method: () =>
      `\`${part.question.method} ${part.question.path}\`, arriving at ${FACTORS.join(', ')} times the rate that ` +
      `${CAPACITY_CONNECTIONS} connections get, for ${SECONDS} s each. ` +
      'Clients that come back ask again at once when they are rejected. ' +
      `Requests beyond ${MOST_CONNECTIONS.toLocaleString('en')} open connections are not sent, and count as failed`,
    async run(entrants, { seconds }, report) {
      const rows: Row[] = [];
      for (const way of entrants.filter(({ name }) => name.startsWith('Penstock'))) {
        const calm = { connections: CAPACITY_CONNECTIONS, seconds, graceMs: 0 };
        await putLoad(way, part.question, calm);
        const { goodPerSecond: capacity } = await putLoad(way, part.question, calm);
        for (const factor of FACTORS) {
          for (const comesBack of factor > 1 ? [false, true] : [false]) {
            report(
              `${factor} times ${Math.round(capacity)}/s${comesBack ? ', coming back' : ''}: ${way.name}`,
            );
            const load = { rate: factor * capacity, comesBack, seconds: SECONDS, graceMs: GRACE_MS };
            const result = await putLoad(way, part.question, load);
            rows.push(row(way, `${factor} times${comesBack ? ', coming back' : ''}`, capacity, result));
          }
        }
      }
      return rows;
    },
  };
}

function row({ name }: Target, load: string, capacity: number, result: LoadResult): Row {
  const { failed, goodMs, goodPerSecond, rejected, rejectedMs } = result;
  const one = (value: number) => spreadOf([value]);
  return {
    name: `${name}, ${load}`,
    values: [
      one(goodPerSecond),
      one((100 * goodPerSecond) / capacity),
      one(goodMs.p99),
      one(rejected / SECONDS),
      one(rejectedMs.p99),
    ],
    failed,
  };
}
