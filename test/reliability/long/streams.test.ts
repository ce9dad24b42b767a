import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quantile, residentMb } from '../../../bench/reliability/service.js';
import { fixtureApp, type ServedApp, serve } from '../../support/server.js';

// Many open streams for a minute, with a killed worker at the end. Prints what it measures.

const STREAMS = 1000;
const SECONDS = 60;

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('streams.R'), {
    workers: 4,
    flags: ['--no-access-log'],
  });
});

afterAll(() => app?.stop());

/** A client of a stream with an event a second. */
class Client {
  /** The ids of its events must be the numbers from 1. */
  events = 0;
  pid = 0;
  inOrder = true;
  /** The last event that was not a tick. */
  last = '';
  ended = false;

  open(agent: Agent): Promise<void> {
    return new Promise((resolve, reject) => {
      get(`${app.url}/beats?seconds=1`, { agent }, (response) => {
        let held = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          const blocks = (held + text).split('\n\n');
          held = blocks.pop()!;
          for (const block of blocks) this.#take(block);
          if (this.events > 0) resolve();
        });
        response.on('close', () => {
          this.ended = true;
        });
        response.on('error', () => {});
      }).on('error', reject);
    });
  }

  #take(block: string): void {
    const tick = /^id: (\d+)\ndata: \{"tick":(\d+),"pid":(\d+)\}$/.exec(block);
    if (tick === null) {
      if (!block.startsWith(':')) this.last = block;
      return;
    }
    this.events += 1;
    this.pid = Number(tick[3]);
    this.inOrder &&= tick[1] === String(this.events) && tick[2] === tick[1];
  }
}

/** Times of brief requests that come one after the other, in ms. */
async function briefRequests(seconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const startedAt = performance.now();
    await (await fetch(`${app.url}/pid`)).text();
    times.push(performance.now() - startedAt);
    await sleep(20);
  }
  return times;
}

const memory = (): number => residentMb(app.pid);

test(`${STREAMS} streams lose nothing for ${SECONDS} s, memory stays bounded, and a killed worker ends its own`, async () => {
  const usual = await briefRequests(5);
  const agent = new Agent({ maxSockets: Infinity });
  const clients = Array.from({ length: STREAMS }, () => new Client());
  await Promise.all(clients.map((client) => client.open(agent)));
  await sleep((SECONDS * 1000) / 4);
  const early = memory();
  const beside = await briefRequests((SECONDS * 3) / 4);
  const late = memory();
  expect(clients.filter(({ ended, inOrder }) => ended || !inOrder)).toEqual([]);
  const counts = clients.map(({ events }) => events);
  console.log(
    `events: ${Math.min(...counts)} to ${Math.max(...counts)} for each client; gateway: ${early.toFixed(0)} MB, later ` +
      `${late.toFixed(0)} MB; brief requests, median: ${quantile(usual, 0.5).toFixed(1)} ms alone, ` +
      `${quantile(beside, 0.5).toFixed(1)} ms beside the streams`,
  );
  expect(late).toBeLessThan(early + 30);

  const [{ pid: killed }] = clients as [Client];
  const own = clients.filter(({ pid }) => pid === killed);
  const others = clients.filter(({ pid }) => pid !== killed);
  process.kill(killed, 'SIGKILL');
  await expect.poll(() => own.filter(({ ended }) => !ended).length).toBe(0);
  expect(own.filter(({ last }) => !last.includes('worker_lost'))).toEqual([]);
  const before = others.map(({ events }) => events);
  await expect.poll(() => others.filter(({ events }, i) => events < before[i]! + 3)).toEqual([]);
  expect(others.filter(({ ended, inOrder }) => ended || !inOrder)).toEqual([]);
  console.log(`killed a worker with ${own.length} streams; ${others.length} others went on`);
  agent.destroy();
}, 300_000);
