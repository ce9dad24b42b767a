import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../contender.js';
import { ask, echo, type Question } from '../question.js';
import { Memory } from './peak-memory.js';

const echoEveryMs = 5;

/** Time and memory of a large request, and the longest wait of other requests meanwhile. */
export interface LargeRound {
  readonly ms: number;
  readonly worstEchoMs: number;
  readonly sumMb: number;
  readonly serverMb: number;
  readonly rMb: number;
}

export async function runLarge({ origin }: Target, question: Question): Promise<LargeRound> {
  const memory = new Memory(origin);
  memory.reset();
  const ms = await timed(origin, question, question.answer.length);
  const { r, server, sum } = memory.peak();
  return { ms, worstEchoMs: await worstEcho(origin, question), sumMb: sum, serverMb: server, rMb: r };
}

/** The slowest of the small requests during a large one. */
async function worstEcho(origin: string, question: Question): Promise<number> {
  const waits: Promise<number>[] = [];
  let waiting = true;
  const large = timed(origin, question, question.answer.length).finally(() => {
    waiting = false;
  });
  while (waiting) {
    const begun = performance.now();
    waits.push(ask(origin, echo).then(() => performance.now() - begun));
    await sleep(echoEveryMs);
  }
  await large;
  return Math.max(...(await Promise.all(waits)));
}

/** Time from the first byte sent to the last byte received, in ms. Only counts the bytes, to keep the client fast. */
function timed(origin: string, { body, method, path }: Question, bytes: number): Promise<number> {
  const agent = new Agent({ keepAlive: false });
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(`${origin}${path}`, { method, headers, agent }, (incoming) => {
      let received = 0;
      incoming.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        if (incoming.statusCode === 200 && received === bytes) resolve(performance.now() - begun);
        else reject(new Error(`${method} ${path} returned ${incoming.statusCode} with ${received} bytes`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
