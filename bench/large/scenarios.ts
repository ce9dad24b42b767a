import type { App } from '../contender.js';
import { echo, type Question } from '../question.js';
import type { Measure } from '../result.js';
import { alternate } from '../rounds.js';
import type { Scenario } from '../scenario.js';
import { spreadOf } from '../statistics.js';
import { largeAnswer, largeBody } from './customers.js';
import { type LargeRound, runLarge } from './round.js';

const app: App = { folder: () => 'bench/apps/large', probe: echo };

/** Two, so that one is free while the other runs the large request. */
const workers = 2;

const quantities: readonly (readonly [Measure, keyof LargeRound])[] = [
  [{ label: 'median ms', better: 'lower' }, 'ms'],
  [{ label: 'peak MB', better: 'lower' }, 'sumMb'],
  [{ label: 'of that R', better: 'lower' }, 'rMb'],
  [{ label: 'gateway', better: 'lower' }, 'serverMb'],
  [{ label: 'worst ms of others', better: 'lower' }, 'worstEchoMs'],
];

function largeScenario(title: string, what: string, make: () => Question): Scenario {
  let question: Question | undefined;
  return {
    key: 'large',
    title,
    app,
    /** Created when needed, because it takes tens of megabytes. */
    get question() {
      question ??= make();
      return question;
    },
    withoutR: false,
    measures: quantities.map(([measure]) => measure),
    workers: () => workers,
    method: ({ rounds }) =>
      `${what}, on a separate connection; ${rounds} rounds after one that is not counted. Memory is the peak of the ` +
      `resident set during the request: of plumber's process, or of the gateway and the R process with the highest peak. Then the same ` +
      `while another client sends \`GET ${echo.path}\` every 5 ms: its longest wait`,
    async run(targets, { rounds }, report) {
      const compared = targets.filter(({ keepAlive, name }) => keepAlive && !name.startsWith('HAProxy'));
      const measured = await alternate(compared, rounds, (target) => runLarge(target, this.question), report);
      return [...measured].map(([{ name }, results]) => ({
        name: name.replace(', keep-alive', ''),
        values: quantities.map(([, key]) => spreadOf(results.map((round) => round[key]))),
        failed: 0, // a wrong answer stops the benchmark
      }));
    },
  };
}

export const largeScenarios: readonly Scenario[] = [
  largeScenario(
    'A body of 10 MB',
    '`POST /count` with a JSON object of 100,000 records, which R gets as a data frame',
    largeBody,
  ),
  largeScenario('An answer of 10 MB', '`GET /customers`, a data frame of 100,000 rows as JSON', largeAnswer),
];
