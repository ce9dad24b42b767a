import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../../../support/server.js';
import { sized } from '../../../support/sized.js';
import { Client } from '../../../support/web-socket.js';

const CLIENTS = 1000;
const SECONDS = sized(10, 60);

let served: ServedApp;

beforeAll(async () => {
  served = await serve(fixtureApp('../httpuv/app.R'), { workers: 4 });
});

afterAll(async () => {
  await served?.stop();
});

const memory = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${served.pid}/status`, 'utf8'))![1]) / 1024;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The median time of requests, in ms. */
async function requestTime(count: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    expect(await (await fetch(`${served.url}/app/hello`)).text()).toBe('hello');
    times.push(performance.now() - start);
    await wait(20);
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)]!;
}

test(`${CLIENTS} WebSockets on four workers lose no message of one a second, in order`, async () => {
  const before = await requestTime(50);
  const clients: Client[] = [];
  while (clients.length < CLIENTS) {
    const some = Array.from({ length: 50 }, () => new Client(`${served.url}/talk`));
    await Promise.all(some.map((client) => client.messages(1)));
    clients.push(...some);
  }
  const workers = new Set(clients.map(({ received }) => received[0]));
  expect(workers.size).toBe(4);
  const opened = memory();
  let during = 0;
  for (let second = 1; second <= SECONDS; second += 1) {
    const next = wait(1000);
    for (const client of clients) client.send(`event ${second}`);
    if (second === Math.ceil(SECONDS / 2)) during = await requestTime(30);
    await next;
  }
  const events = Array.from({ length: SECONDS }, (_, i) => `event ${i + 1}`);
  for (const client of clients) {
    expect((await client.messages(1 + SECONDS)).slice(1)).toEqual(events);
  }
  process.stdout.write(
    `requests: ${before.toFixed(1)} ms without, ${during.toFixed(1)} ms with ${CLIENTS} WebSockets; ` +
      `gateway: ${opened.toFixed(0)} MB after opening them, ${memory().toFixed(0)} MB after ${SECONDS} s\n`,
  );
  expect(memory()).toBeLessThan(opened + 100);
  const [first, ...others] = clients as [Client, ...Client[]];
  const [pid] = first.received;
  first.send('quit');
  await first.closed;
  const stay = others.filter(({ received }) => received[0] !== pid);
  for (const client of stay) client.send('still here');
  for (const client of stay) expect((await client.messages(2 + SECONDS)).at(-1)).toBe('still here');
  for (const client of clients) client.socket.terminate();
}, 300_000);
