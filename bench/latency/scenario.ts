import type { App, Target } from '../contender.js';
import { runWrk, type WrkRound } from '../load/wrk.js';
import { prediction } from '../question.js';
import { formatNumber } from '../report/numbers.js';
import type { Result, Row } from '../result.js';
import { alternate } from '../rounds.js';
import type { Scenario } from '../scenario.js';
import { spreadOf } from '../statistics.js';

/** Includes 64, the number in the other scenarios. */
const CONNECTIONS = [1, 8, 64, 256] as const;

const app: App = { folder: () => 'examples/mtcars', probe: prediction };

/** The distribution of latency for several numbers of concurrent connections. */
export const latency: Scenario = {
  key: 'latency',
  title: "The example's prediction, by the number of connections",
  app,
  question: prediction,
  withoutR: true,
  measures: [
    { label: 'median ms', better: 'lower' },
    { label: '99 % ms', better: 'lower' },
    { label: '99.9 % ms', better: 'lower' },
    { label: 'requests/s', better: 'higher' },
  ],
  workers: ({ workers }) => workers,
  method: ({ rounds, seconds }) =>
    `\`${prediction.method} ${prediction.path}\` over ${CONNECTIONS.join(', ')} connections, ${rounds} rounds of ${seconds} s ` +
    'after a warm-up round. wrk measures latency from sending a request until its answer has arrived. Each connection ' +
    'sends the next request at once',
  async run(targets, settings, report) {
    const compared = targets.filter(({ name }) => !name.startsWith('HAProxy'));
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) {
      const load = { connections, seconds: settings.seconds };
      for (const target of compared) await runWrk(target, prediction, load);
      report(`${connections} connections`);
      const measured = await alternate(
        compared,
        settings.rounds,
        (target) => runWrk(target, prediction, load),
        report,
      );
      for (const [target, rounds] of measured) rows.push(row(target, connections, rounds));
    }
    return rows;
  },
};

function row({ name }: Target, connections: number, rounds: readonly WrkRound[]): Row {
  const spread = (key: keyof WrkRound) => spreadOf(rounds.map((round) => round[key]));
  const median = (key: keyof WrkRound) => spread(key).median;
  return {
    name: `${name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`,
    values: [spread('medianMs'), spread('p99Ms'), spread('p999Ms'), spread('perSecond')],
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
    curve: {
      name,
      connections,
      points: [
        { percentile: 50, ms: median('medianMs') },
        { percentile: 90, ms: median('p90Ms') },
        { percentile: 99, ms: median('p99Ms') },
        { percentile: 99.9, ms: median('p999Ms') },
      ],
    },
  };
}

/** Compares Penstock's slow answers under load with plumber's usual ones without load, if both were measured. */
export function latencyNote({ rows }: Result): string | undefined {
  const of = (name: string, connections: number) =>
    rows.find(({ curve }) => curve?.name.startsWith(name) && curve.connections === connections);
  const ours = of('Penstock', 64)?.values[1]?.median;
  const theirs = of('plumber, no keep-alive', 1)?.values[0]?.median;
  if (ours === undefined || theirs === undefined) return undefined;
  return (
    `Penstock's 99th percentile with 64 connections is ${formatNumber(ours)} ms. plumber's median for one client, with ` +
    `a new connection for each request to avoid the delay, is ${formatNumber(theirs)} ms.`
  );
}
