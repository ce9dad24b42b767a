/**
 * npm run bench:observing: what logs, traces, a dashboard that is watched and Prometheus cost, on the smallest handler,
 * where they cost most. Servers with and without them take turns; both the rate and the gateway's CPU time for each
 * request are compared, since the latter hardly feels what else the machine does.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Load } from '../../src/load-test/load.js';
import { freePort } from '../free-port.js';

const root = resolve(import.meta.dirname, '../..');
const ROUNDS = Number(process.env.ROUNDS ?? 6);
const SECONDS = 4;
/** Clock ticks of /proc in a second. */
const TICKS = 100;

interface Setting {
  readonly name: string;
  readonly flags: readonly string[];
  readonly traced: boolean;
  readonly watched: boolean;
}

const settings: readonly Setting[] = [
  { name: 'off', flags: ['--no-access-log'], traced: false, watched: false },
  { name: 'log', flags: [], traced: false, watched: false },
  { name: 'log, dashboard and Prometheus', flags: [], traced: false, watched: true },
  { name: 'log and traces', flags: [], traced: true, watched: false },
  { name: 'all', flags: [], traced: true, watched: true },
];

interface Round {
  readonly rate: number;
  /** Microseconds of the gateway's CPU time for each request. */
  readonly cpu: number;
}

/** A collector that takes everything, in a process of its own. */
async function startCollector(): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const code = `require('http').createServer((q, r) => q.resume().on('end', () => r.end('{}'))).listen(${port}, '127.0.0.1')`;
  const child = spawn(process.execPath, ['-e', code], { stdio: 'inherit' });
  return { url: `http://127.0.0.1:${port}`, child };
}

async function startServer(
  { flags, traced }: Setting,
  collector: string,
): Promise<{ child: ChildProcess; url: string; admin: string }> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const nowhere = openSync('/dev/null', 'w');
  const args = [
    'serve',
    join(root, 'bench/apps/echo'),
    '--port',
    String(port),
    '--admin-port',
    String(adminPort),
  ];
  const child = spawn(
    process.execPath,
    [join(root, 'dist/cli.js'), ...args, '--workers', '2', '--log-format', 'json', ...flags],
    {
      stdio: ['ignore', nowhere, 'inherit'],
      env: { ...process.env, ...(traced && { OTEL_EXPORTER_OTLP_ENDPOINT: collector }) },
    },
  );
  closeSync(nowhere);
  const admin = `http://127.0.0.1:${adminPort}`;
  const url = `http://127.0.0.1:${port}/echo?msg=hi`;
  for (let left = 300; ; left -= 1) {
    const status = await fetch(`${admin}/status`)
      .then((response) => response.json() as Promise<{ workers: { state: string }[] }>)
      .catch(() => undefined);
    if (status?.workers.length === 2 && status.workers.every(({ state }) => state === 'idle')) break;
    if (left === 0) throw new Error(`${args.join(' ')} does not get ready`);
    await new Promise((done) => setTimeout(done, 100));
  }
  return { child, url, admin };
}

/** Looks at the dashboard as a browser does, and scrapes as Prometheus does, only more often. Gives what ends that. */
function watch(admin: string): () => void {
  const leave = new AbortController();
  for (const path of ['/dashboard/events', '/dashboard/log']) {
    void fetch(admin + path, { signal: leave.signal })
      .then(async ({ body }) => {
        for await (const _ of body!);
      })
      .catch(() => {});
  }
  const timer = setInterval(() => void fetch(`${admin}/metrics`).then((response) => response.text()), 2000);
  return () => {
    leave.abort();
    clearInterval(timer);
  };
}

/** CPU time that a process has taken, in seconds. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const collector = await startCollector();
const servers = await Promise.all(settings.map((setting) => startServer(setting, collector.url)));
const rounds = settings.map((): Round[] => []);

async function measure(i: number, seconds: number): Promise<Round> {
  const { admin, child, url } = servers[i]!;
  const unwatch = settings[i]!.watched ? watch(admin) : () => {};
  const before = cpuOf(child.pid!);
  const load = new Load({
    url: new URL(url),
    method: 'GET',
    headers: {},
    body: undefined,
    connections: 64,
    duration: seconds * 1000,
    rate: undefined,
  });
  const { latency, seconds: took } = await load.run();
  const cpu = ((cpuOf(child.pid!) - before) * 1e6) / latency.count;
  unwatch();
  return { rate: latency.count / took, cpu };
}

for (const i of servers.keys()) await measure(i, 2);
for (let round = 0; round < ROUNDS; round++) {
  const order = [...servers.keys()];
  for (const i of round % 2 === 0 ? order : order.reverse()) rounds[i]!.push(await measure(i, SECONDS));
}
console.log('| | requests/s | against off | CPU of the gateway for each request | against off |');
console.log('| --- | ---: | ---: | ---: | ---: |');
settings.forEach(({ name }, i) => {
  const against = (of: (round: Round) => number): string =>
    median(rounds[i]!.map((round, n) => of(round) / of(rounds[0]![n]!))).toFixed(2);
  const rate = Math.round(median(rounds[i]!.map((one) => one.rate))).toLocaleString('en');
  const cpu = median(rounds[i]!.map((one) => one.cpu)).toFixed(1);
  console.log(
    `| ${name} | ${rate} | ${against((one) => one.rate)} × | ${cpu} µs | ${against((one) => one.cpu)} × |`,
  );
});
for (const { child } of [...servers, collector]) {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
