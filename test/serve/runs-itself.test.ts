import { expect, test } from 'vitest';
import { freePort } from '../support/process.js';
import { fixtureApp, serve } from '../support/server.js';

test.each(['on', 'off'])(
  'an app that runs its router while it is loaded is served like any other (--preload %s)',
  async (preload) => {
    const port = await freePort();
    const app = await serve(fixtureApp('runs-itself.R'), {
      workers: 1,
      flags: ['--preload', preload],
      env: { OWN_PORT: String(port) },
    });
    expect(await (await fetch(`${app.url}/hi?name=you`)).json()).toEqual({ hi: ['you'] });
    // The other arguments of its call hold: with `debug`, the response has R's message.
    expect(await (await fetch(`${app.url}/fails`)).json()).toMatchObject({
      message: 'Error in (function () : no\n',
    });
    expect((await fetch(`${app.url}/__docs__/`)).status).toBe(404);
    await expect(fetch(`http://127.0.0.1:${port}/hi`)).rejects.toThrow('fetch failed');
    await app.logged('output', ({ msg }) => msg!.includes(`host 0.0.0.0 and port ${port} are ignored`));
    expect((await app.stop()).code).toBe(0);
    expect(app.entries('output').map(({ msg }) => msg)).toContain('exit hook');
    expect(app.output).not.toContain('what follows');
  },
);

test('an entrypoint.R that runs the router of another file is served', async () => {
  const app = await serve(fixtureApp('runs-entrypoint'), { workers: 1 });
  expect(await (await fetch(`${app.url}/hi?name=you`)).json()).toEqual({ hi: ['you'] });
  await app.stop();
});

test('an app that loops around httpuv::service() does its own work also while requests follow each other', async () => {
  const app = await serve(fixtureApp('own-loop.R'), { workers: 1 });
  const turn = async () => Number(await (await fetch(app.url)).text());
  const first = await turn();
  let requests = 0;
  const client = async () => {
    while ((await turn()) < first + 3) requests += 1;
  };
  await Promise.all(Array.from({ length: 8 }, client));
  expect(requests).toBeLessThan(10_000);
  expect((await app.stop()).code).toBe(0);
});
