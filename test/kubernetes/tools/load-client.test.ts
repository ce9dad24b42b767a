import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientProgram } from '../../../scripts/kubernetes/load-client.js';
import { killServed, type ServedApp, serve } from '../../support/server.js';

const example = resolve(import.meta.dirname, '../../../examples/mtcars');

let app: ServedApp;
beforeAll(async () => {
  app = await serve(example);
}, 60_000);
afterAll(killServed);

/** Starts the load client as a pod does. */
function client(load: object) {
  const child = spawn(process.execPath, ['-e', clientProgram, JSON.stringify(load)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number,
    lines: text.trim().split('\n'),
  }));
  const started = new Promise<void>((done) => {
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.includes('started')) done();
    });
  });
  return { child, ended, started };
}

const target = () => ({ host: '127.0.0.1', port: Number(new URL(app.url).port) });

test('the load client counts correct answers until it is told to stop', {
  timeout: 60_000,
}, async () => {
  const { child, ended, started } = client({
    ...target(),
    seconds: 300,
    connections: 2,
    pause: 5,
    sleepers: 1,
  });
  await started;
  await new Promise((done) => setTimeout(done, 1000));
  child.kill('SIGTERM');
  const { code, lines } = await ended;
  const result = JSON.parse(lines.at(-1)!);
  expect([code, result.failed, result.failures]).toEqual([0, 0, []]);
  expect(result.answered).toBeGreaterThan(1);
  // Meanwhile another request sleeps for five seconds.
  expect(result.slowest).toBeLessThan(5000);
});

test('the load client counts and describes failures', { timeout: 60_000 }, async () => {
  const timingOut = await serve(example, { workers: 1, flags: ['--timeout', '2s'] });
  const port = Number(new URL(timingOut.url).port);
  const load = {
    host: '127.0.0.1',
    port,
    seconds: 2,
    connections: 8,
    pause: 0,
    keepAlive: true,
    sleepers: 1,
  };
  const { code, lines } = await client(load).ended;
  const { failed, failures } = JSON.parse(lines.at(-1)!);
  expect([code, failed > 0]).toEqual([0, true]);
  expect(failures[0]).toMatch(/(sleep|prediction): 504 /);
});
