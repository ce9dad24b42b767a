import type { App } from './contender.js';
import { overloadScenario } from './crowd/overload.js';
import { type CrowdPart, crowdScenario } from './crowd/scenario.js';
import { largeScenarios } from './large/scenarios.js';
import { latency } from './latency/scenario.js';
import { runBehindSlow, warmUp } from './load/behind-slow.js';
import { runWrk } from './load/wrk.js';
import { promisesScenario } from './promises/scenario.js';
import { echo, prediction } from './question.js';
import type { Measure } from './result.js';
import { alternate } from './rounds.js';
import type { Scenario } from './scenario.js';
import type { Settings } from './settings.js';
import { spreadOf } from './statistics.js';
import { TrainedModel } from './trained-model.js';
import { withoutBatch } from './without-batch.js';

const echoApp: App = { folder: () => 'bench/apps/echo', probe: echo };
/** The example, whose prediction has `@batch`, and the same file without `@batch`. */
const predictionApp: App = { folder: () => 'examples/mtcars', probe: prediction };
const unmodifiedApp: App = { folder: () => withoutBatch('examples/mtcars'), probe: prediction };
const corsApp: App = { folder: () => 'bench/apps/cors', probe: echo };

function wrkScenario(
  part: Pick<Scenario, 'key' | 'title' | 'app' | 'question' | 'measures'>,
  connectionsOf: (settings: Settings) => number = ({ connections }) => connections,
): Scenario {
  const { app, key, measures, title } = part;
  return {
    ...{ app, key, measures, title },
    /** The question for a model is known only after training. */
    get question() {
      return part.question;
    },
    withoutR: true,
    workers: ({ workers }) => workers,
    method(settings) {
      const { question } = part;
      const connections = connectionsOf(settings);
      const clients = connections === 1 ? 'one connection' : `${connections} connections`;
      return `\`${question.method} ${question.path}\` over ${clients}, ${settings.rounds} rounds of ${settings.seconds} s after a warm-up round`;
    },
    async run(targets, settings, report) {
      const { question } = part;
      const load = { connections: connectionsOf(settings), seconds: settings.seconds };
      for (const target of targets) {
        report(`warming up: ${target.name}`);
        await runWrk(target, question, load);
      }
      const measured = await alternate(
        targets,
        settings.rounds,
        (target) => runWrk(target, question, load),
        report,
      );
      return [...measured].map(([{ name }, rounds]) => {
        const perSecond = spreadOf(rounds.map((round) => round.perSecond));
        const medianMs = spreadOf(rounds.map((round) => round.medianMs));
        const p99Ms = spreadOf(rounds.map((round) => round.p99Ms));
        const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
        const values = part.measures === latencyMeasures ? [medianMs, p99Ms] : [perSecond, medianMs, p99Ms];
        return { name, values, failed };
      });
    },
  };
}

const throughputMeasures: readonly Measure[] = [
  { label: 'requests/s', better: 'higher' },
  { label: 'median ms', better: 'lower' },
  { label: '99 % ms', better: 'lower' },
];
const latencyMeasures: readonly Measure[] = [
  { label: 'median ms', better: 'lower' },
  { label: '99 % ms', better: 'lower' },
];

/** With fewer workers, round robin would rarely place a prediction behind a slow request. */
const workersBehindSlow = 4;

const behindSlow: Scenario = {
  key: 'behind-slow',
  title: 'A prediction while slow requests run',
  app: predictionApp,
  question: prediction,
  withoutR: false,
  measures: [
    { label: 'median ms', better: 'lower' },
    { label: 'worst ms', better: 'lower' },
  ],
  workers: () => workersBehindSlow,
  method: ({ rounds }) =>
    `${workersBehindSlow} R processes with ${workersBehindSlow - 1} running requests \`GET /asynchronousTest\` (5 s each), ` +
    `then ten requests \`POST /prediction\`, one every 100 ms, each on a separate connection; ${rounds} rounds`,
  async run(targets, { rounds }, report) {
    const measuredTargets = targets.filter(({ keepAlive }) => keepAlive);
    for (const target of measuredTargets) {
      report(`warming up: ${target.name}`);
      await warmUp(target);
    }
    const measured = await alternate(
      measuredTargets,
      rounds,
      (target) => runBehindSlow(target, workersBehindSlow - 1),
      report,
    );
    return [...measured].map(([{ name }, results]) => ({
      name: name.replace(', keep-alive', ''),
      values: [
        spreadOf(results.map(({ medianMs }) => medianMs)),
        spreadOf(results.map(({ worstMs }) => worstMs)),
      ],
      failed: 0, // a wrong answer stops the benchmark
    }));
  },
};

/** Compares the plumber lane with plumber, with one R process each. */
const plumberLane: Scenario = {
  ...wrkScenario({
    key: 'plumber-lane',
    title: 'The plumber lane, one R process',
    app: { ...corsApp, lane: 'plumber' },
    question: echo,
    measures: throughputMeasures,
  }),
  withoutR: false,
  workers: () => 1,
};

/** A saved model, served by `penstock serve model.rds` and by a plumber file that reads it. */
function modelScenario(kind: 'lm' | 'ranger', title: string): Scenario {
  const app = new TrainedModel(kind);
  const part = {
    ...{ key: kind, title, app, measures: throughputMeasures },
    get question() {
      return app.probe;
    },
  };
  return wrkScenario(part);
}

const lm = new TrainedModel('lm');

const unmodifiedCrowd: CrowdPart = {
  key: 'unmodified',
  title: 'the prediction, without `@batch`',
  app: unmodifiedApp,
  question: prediction,
};

const crowds: readonly CrowdPart[] = [
  { key: 'echo', title: 'the smallest handler', app: echoApp, question: echo, withoutR: true },
  { key: 'cors', title: 'behind a filter with `res`', app: corsApp, question: echo },
  unmodifiedCrowd,
  { key: 'prediction', title: 'the prediction, batched', app: predictionApp, question: prediction },
  {
    key: 'lm',
    title: 'a saved `lm`',
    app: lm,
    get question() {
      return lm.probe;
    },
  },
];

export const scenarios: readonly Scenario[] = [
  wrkScenario({
    key: 'echo',
    title: 'The smallest handler',
    app: { ...echoApp, other: 'echo' },
    question: echo,
    measures: throughputMeasures,
  }),
  wrkScenario({
    key: 'cors',
    title: 'The same behind a CORS filter, taking `res`',
    app: { ...corsApp, other: 'cors' },
    question: echo,
    measures: throughputMeasures,
  }),
  plumberLane,
  wrkScenario({
    key: 'unmodified',
    title: "The example's prediction, without `@batch`",
    app: { ...unmodifiedApp, other: 'prediction' },
    question: prediction,
    measures: throughputMeasures,
  }),
  wrkScenario({
    key: 'prediction',
    title: "The example's prediction",
    app: predictionApp,
    question: prediction,
    measures: throughputMeasures,
  }),
  wrkScenario(
    {
      key: 'one-client',
      title: 'One client',
      app: { ...echoApp, other: 'echo' },
      question: echo,
      measures: latencyMeasures,
    },
    () => 1,
  ),
  latency,
  modelScenario('lm', 'A saved `lm`'),
  modelScenario('ranger', 'A saved `ranger` of 500 trees'),
  behindSlow,
  promisesScenario(1),
  promisesScenario(2),
  ...crowds.map(crowdScenario),
  overloadScenario(unmodifiedCrowd),
  ...largeScenarios,
];
