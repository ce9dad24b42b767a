import { expect, test } from 'vitest';
import { freePort } from '../support/process.js';
import { fixtureApp, ServedApp } from '../support/server.js';

test('serves requests as soon as /readyz reports ready', { timeout: 60_000 }, async () => {
  const [port, adminPort] = [await freePort(), await freePort()];
  const flags = ['--port', String(port), '--admin-port', String(adminPort)];
  const app = new ServedApp(fixtureApp('work.R'), { workers: 1, flags });
  let ready = false;
  while (!ready) {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined);
    ready = answer?.ok === true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await fetch(`http://127.0.0.1:${port}/nowhere`)).status).toBe(404);
  app.signal('SIGTERM');
  expect(await app.ended).toMatchObject({ code: 0 });
});
