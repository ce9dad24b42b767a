/**
 * npm run bench:cpu: the processor time of a request in each process, in microseconds, and at which rate the gateway's
 * thread is full. Other load on the machine disturbs processor time less than rates.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { commandLine } from '../../scripts/setup/command-line.mjs';
import { Child, stopAllChildren } from '../child.js';
import { freePort } from '../free-port.js';
import { runWrk } from '../load/wrk.js';
import { ask, echo, prediction, type Question } from '../question.js';
import { publish } from '../report/publish.js';
import { table } from '../report/table.js';
import { requireTools } from '../required-tools.js';
import type { Measure, Result, Row } from '../result.js';
import { readSettings, type Settings } from '../settings.js';
import { spreadOf } from '../statistics.js';
import { TrainedModel } from '../trained-model.js';
import { withoutBatch } from '../without-batch.js';
import { CPU_TITLE } from './title.js';

/** A clock tick in /proc, in microseconds. */
const TICK = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const lm = new TrainedModel('lm');

const apps: readonly { name: string; folder: () => string; question: Question }[] = [
  { name: 'echo', folder: () => 'bench/apps/echo', question: echo },
  { name: 'filter with `res`', folder: () => 'bench/apps/cors', question: echo },
  { name: 'prediction, unmodified', folder: () => withoutBatch('examples/mtcars'), question: prediction },
  { name: 'prediction, `@batch`', folder: () => 'examples/mtcars', question: prediction },
  {
    name: 'a saved `lm`',
    folder: () => lm.model,
    get question() {
      return lm.probe;
    },
  },
];

/** Processor time so far, in microseconds. */
interface Used {
  /** The gateway's event loop, its other threads, the workers, and wrk. */
  readonly loop: number;
  readonly threads: number;
  readonly r: number;
  readonly wrk: number;
  /** The part of all of these that was spent in the kernel. */
  readonly kernel: number;
}

/** Processor time of a request, and requests per second. */
interface Sample extends Used {
  readonly rate: number;
}

const parts: readonly (Measure & { readonly of: (sample: Sample) => number })[] = [
  { label: 'requests/s', better: 'higher', of: ({ rate }) => rate },
  { label: 'wrk', better: 'lower', of: ({ wrk }) => wrk },
  { label: 'gateway: event loop', better: 'lower', of: ({ loop }) => loop },
  { label: 'gateway: other threads', better: 'lower', of: ({ threads }) => threads },
  { label: 'R', better: 'lower', of: ({ r }) => r },
  { label: 'of all that, kernel', better: 'lower', of: ({ kernel }) => kernel },
  { label: 'full at requests/s', better: 'higher', of: ({ loop }) => 1e6 / loop },
];

/** The processor time of a process, or of its children that have ended, from the fields of its `stat`. */
function timesOf(stat: string, first = 11): { all: number; kernel: number } {
  const fields = readFileSync(stat, 'latin1').split(') ').at(-1)!.split(' ');
  const [user, kernel] = [Number(fields[first]) * TICK, Number(fields[first + 1]) * TICK];
  return { all: user + kernel, kernel };
}

function used(gateway: number, workers: readonly number[]): Used {
  const whole = timesOf(`/proc/${gateway}/stat`);
  const loop = timesOf(`/proc/${gateway}/task/${gateway}/stat`);
  const r = workers.map((pid) => timesOf(`/proc/${pid}/stat`));
  const wrk = timesOf('/proc/self/stat', 13);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    loop: loop.all,
    threads: whole.all - loop.all,
    r: sum(r.map(({ all }) => all)),
    wrk: wrk.all,
    kernel: whole.kernel + wrk.kernel + sum(r.map(({ kernel }) => kernel)),
  };
}

/** All processes below one: workers are children of the gateway, or forked by a child of it. */
function below(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...below(child)]);
}

async function measure({ folder, name, question }: (typeof apps)[number], settings: Settings): Promise<Row> {
  const { connections, rounds, seconds, workers } = settings;
  const [port, adminPort] = [await freePort(), await freePort()];
  const server = new Child('Penstock', process.execPath, () => [
    ...[...commandLine(), 'serve', folder(), '--port', String(port), '--admin-port', String(adminPort)],
    ...['--workers', String(workers), '--log-format', 'json'],
  ]);
  const target = { name, origin: `http://127.0.0.1:${port}`, keepAlive: true };
  await server.until(() => ask(target.origin, question));
  await server.until(async () => {
    const { workers: ready } = (await (await fetch(`http://127.0.0.1:${adminPort}/status`)).json()) as {
      workers: { state: string }[];
    };
    if (ready.length < workers || ready.some(({ state }) => state !== 'idle')) throw new Error('not ready');
  });
  await runWrk(target, question, { connections, seconds });
  const processes = below(server.pid);
  const results: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = used(server.pid, processes);
    const { failed, perSecond } = await runWrk(target, question, { connections, seconds });
    if (failed > 0) throw new Error(`${failed} requests failed`);
    const after = used(server.pid, processes);
    const requests = perSecond * seconds;
    const each = (of: (times: Used) => number) => (of(after) - of(before)) / requests;
    results.push({
      rate: perSecond,
      loop: each(({ loop }) => loop),
      threads: each(({ threads }) => threads),
      r: each(({ r }) => r),
      wrk: each(({ wrk }) => wrk),
      kernel: each(({ kernel }) => kernel),
    });
  }
  await server.stop();
  const values = parts.map(({ of }) => spreadOf(results.map(of)));
  return { name, values, failed: 0 }; // a failed request stops the benchmark
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  requireTools('wrk');
  const { connections, rounds, seconds, workers } = settings;
  const rows: Row[] = [];
  for (const app of apps) rows.push(await measure(app, settings));
  const result: Result = {
    title: CPU_TITLE,
    date: new Date().toISOString().slice(0, 10),
    method:
      `Microseconds, with ${connections} connections and ${workers} workers, ${rounds} rounds of ${seconds} s after a ` +
      "warm-up round. The last column is the rate at which the gateway's thread is full",
    measures: parts.map(({ better, label }) => ({ label, better })),
    rows,
  };
  console.log(table(result));
  if (!settings.dry) publish([result]);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await stopAllChildren();
}
