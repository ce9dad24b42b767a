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
import { readSettings } from '../settings.js';
import { spreadOf } from '../statistics.js';
import { withoutBatch } from '../without-batch.js';

/** A clock tick in /proc, in microseconds. */
const TICK = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const apps: readonly { name: string; folder: () => string; question: Question }[] = [
  { name: 'echo', folder: () => 'bench/apps/echo', question: echo },
  { name: 'filter with `res`', folder: () => 'bench/apps/cors', question: echo },
  { name: 'prediction, unmodified', folder: () => withoutBatch('examples/mtcars'), question: prediction },
  { name: 'prediction, `@batch`', folder: () => 'examples/mtcars', question: prediction },
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

async function measure({ folder, name, question }: (typeof apps)[number]): Promise<string> {
  const { connections, rounds, seconds, workers } = readSettings(process.argv.slice(2));
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
  const results: (Used & { rate: number })[] = [];
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
  const median = (of: (result: (typeof results)[number]) => number) => spreadOf(results.map(of)).median;
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const loop = median((result) => result.loop);
  const cells = [
    name,
    whole(median(({ rate }) => rate)),
    whole(median(({ wrk }) => wrk)),
    whole(loop),
    whole(median(({ threads }) => threads)),
    whole(median(({ r }) => r)),
    whole(median(({ kernel }) => kernel)),
    whole(1e6 / loop),
  ];
  return `| ${cells.join(' | ')} |`;
}

try {
  console.log(
    '| | requests/s | wrk | gateway: event loop | gateway: other threads | R | of all that, kernel | full at requests/s |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const app of apps) console.log(await measure(app));
} finally {
  await stopAllChildren();
}
