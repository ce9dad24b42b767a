/**
 * npm run bench:observing: the cost of logs, traces, an open dashboard and Prometheus. It uses the smallest handler,
 * for which the relative cost is highest. Servers with and without them alternate. It compares the rate and the
 * gateway's CPU time per request, because other load on the machine hardly affects the CPU time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandLine } from '../../scripts/setup/command-line.mjs';
import { Load } from '../../src/load-test/load.js';
import { freePort } from '../free-port.js';
import { spreadOf } from '../statistics.js';

const root = resolve(import.meta.dirname, '../..');
const ROUNDS = Number(process.env.ROUNDS ?? 6);
const SECONDS = 4;
/** Clock ticks per second in /proc. */
const TICKS_PER_SECOND = 100;

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
  /** CPU time of the gateway per request, in microseconds. */
  readonly cpu: number;
}

/** A trace collector in a separate process that accepts everything. */
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
  const devNull = openSync('/dev/null', 'w');
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
    [...commandLine(), ...args, '--workers', '2', '--log-format', 'json', ...flags],
    {
      stdio: ['ignore', devNull, 'inherit'],
      env: { ...process.env, ...(traced && { OTEL_EXPORTER_OTLP_ENDPOINT: collector }) },
    },
  );
  closeSync(devNull);
  const admin = `http://127.0.0.1:${adminPort}`;
  const url = `http://127.0.0.1:${port}/echo?msg=hi`;
  for (let left = 300; ; left -= 1) {
    const status = await fetch(`${admin}/status`)
      .then((response) => response.json() as Promise<{ workers: { state: string }[] }>)
      .catch(() => undefined);
    if (status?.workers.length === 2 && status.workers.every(({ state }) => state === 'idle')) break;
    if (left === 0) throw new Error(`${args.join(' ')} did not become ready`);
    await new Promise((done) => setTimeout(done, 100));
  }
  return { child, url, admin };
}

/** Opens the dashboard like a browser, and scrapes like Prometheus, but more often. Returns a function to stop. */
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

/** The CPU time of a process, in seconds. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

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
console.log('| | requests/s | compared to off | gateway CPU per request | compared to off |');
console.log('| --- | ---: | ---: | ---: | ---: |');
settings.forEach(({ name }, i) => {
  const against = (of: (round: Round) => number): string =>
    spreadOf(rounds[i]!.map((round, n) => of(round) / of(rounds[0]![n]!))).median.toFixed(2);
  const rate = Math.round(spreadOf(rounds[i]!.map((one) => one.rate)).median).toLocaleString('en');
  const cpu = spreadOf(rounds[i]!.map((one) => one.cpu)).median.toFixed(1);
  console.log(
    `| ${name} | ${rate} | ${against((one) => one.rate)} × | ${cpu} µs | ${against((one) => one.cpu)} × |`,
  );
});
for (const { child } of [...servers, collector]) {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
