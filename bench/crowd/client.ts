/**
 * The load process: `tsx bench/crowd/client.ts PLAN`. It speaks just enough HTTP/1.1 on bare sockets, so that it costs a
 * tenth of what Node's own client does, and counts for each connection what it got, which wrk does not.
 */
import { connect, type Socket } from 'node:net';
import { type Latency, type LoadPlan, type LoadResult, MOST_CONNECTIONS } from './plan.js';

const plan = JSON.parse(process.argv[2]!) as LoadPlan;
const request = Buffer.from(plan.request, 'latin1');

class Connection {
  good = 0;
  /** When the request that is under way was due; undefined while there is none. */
  #dueAt: number | undefined;
  #socket: Socket | undefined;
  #received = '';
  #bytes = 0;
  #expected = Infinity;
  #closes = false;
  readonly #answered: (connection: Connection, status: number, dueAt: number) => void;

  constructor(answered: (connection: Connection, status: number, dueAt: number) => void) {
    this.#answered = answered;
  }

  ask(dueAt: number): void {
    this.#dueAt = dueAt;
    if (this.#socket === undefined) this.#open();
    this.#socket!.write(request);
  }

  /** Resolves when it is open, or has failed to open. */
  connected(): Promise<void> {
    this.#open();
    return new Promise((resolve) => {
      this.#socket!.once('connect', resolve).once('close', resolve);
    });
  }

  end(): void {
    this.#dueAt = undefined;
    this.#socket?.destroy();
  }

  #open(): void {
    const socket = connect({ host: plan.host, port: plan.port, noDelay: true });
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#reset();
      const dueAt = this.#dueAt;
      this.#dueAt = undefined;
      if (dueAt !== undefined) this.#answered(this, 0, dueAt);
    });
  }

  #reset(): void {
    this.#received = '';
    this.#bytes = 0;
    this.#expected = Infinity;
  }

  #read(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#expected === Infinity) {
      this.#received += chunk.toString('latin1');
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#received.slice(0, end).toLowerCase();
      const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
      if (length === undefined) throw new Error(`an answer without Content-Length:\n${head}`);
      this.#expected = end + 4 + Number(length);
      this.#closes = head.includes('\r\nconnection: close');
    }
    if (this.#bytes < this.#expected) return;
    const status = Number(this.#received.slice(9, 12));
    this.#reset();
    if (this.#closes) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    const dueAt = this.#dueAt;
    this.#dueAt = undefined;
    if (dueAt !== undefined) this.#answered(this, status, dueAt);
  }
}

const goodMs: number[] = [];
const rejectedMs: number[] = [];
let failed = 0;
let offered = 0;
let open = 0;
let seconds = plan.seconds;

function count(connection: Connection, status: number, dueAt: number): void {
  const ms = performance.now() - dueAt;
  if (status === 200) {
    connection.good += 1;
    goodMs.push(ms);
  } else if (status === 503) rejectedMs.push(ms);
  else failed += 1;
}

function latency(values: number[]): Latency {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { median: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

async function closedLoop(connections: number): Promise<readonly Connection[]> {
  let countsFrom = Infinity;
  let endsAt = Infinity;
  let enough = (): void => {};
  const all = Array.from(
    { length: connections },
    () =>
      new Connection((connection, status, dueAt) => {
        const now = performance.now();
        if (now >= endsAt) return;
        if (now >= countsFrom) {
          count(connection, status, dueAt);
          offered += 1;
          if (goodMs.length === plan.answers) {
            endsAt = now;
            enough();
            return;
          }
        }
        connection.ask(now);
      }),
  );
  await Promise.all(all.map((connection) => connection.connected()));
  const warmMs = (plan.warmSeconds ?? 0) * 1000;
  countsFrom = performance.now() + warmMs;
  endsAt = countsFrom + plan.seconds * 1000;
  for (const connection of all) connection.ask(performance.now());
  await Promise.race([
    pause(warmMs + plan.seconds * 1000),
    new Promise<void>((done) => {
      enough = done;
    }),
  ]);
  seconds = (Math.min(performance.now(), endsAt) - countsFrom) / 1000;
  for (const connection of all) connection.end();
  return all;
}

async function openLoop(rate: number): Promise<void> {
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + plan.seconds * 1000;
  const answered = (connection: Connection, status: number, dueAt: number): void => {
    count(connection, status, dueAt);
    const now = performance.now();
    if (status === 503 && plan.comesBack === true && now < endsAt) {
      offered += 1;
      connection.ask(now);
      return;
    }
    open -= 1;
    idle.push(connection);
  };
  let due = 0;
  while (performance.now() < endsAt) {
    const now = performance.now();
    for (const wanted = ((now - startedAt) / 1000) * rate; due < wanted; due += 1) {
      let connection = idle.pop();
      if (connection === undefined) {
        if (all.length >= MOST_CONNECTIONS) {
          failed += 1;
          continue;
        }
        connection = new Connection(answered);
        all.push(connection);
      }
      offered += 1;
      open += 1;
      connection.ask(startedAt + (due / rate) * 1000);
    }
    await pause(1);
  }
  const lastAt = performance.now() + plan.graceMs;
  while (open > 0 && performance.now() < lastAt) await pause(10);
  failed += open;
  for (const connection of all) connection.end();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const connections = plan.connections === undefined ? [] : await closedLoop(plan.connections);
if (plan.rate !== undefined) await openLoop(plan.rate);
const shares = connections.map(({ good }) => good);
const result: LoadResult = {
  good: goodMs.length,
  rejected: rejectedMs.length,
  failed,
  offered,
  goodPerSecond: goodMs.length / seconds,
  goodMs: latency(goodMs),
  rejectedMs: latency(rejectedMs),
  unevenness: shares.length === 0 ? 1 : Math.max(...shares) / Math.max(1, Math.min(...shares)),
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
