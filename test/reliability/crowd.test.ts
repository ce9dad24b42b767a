import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putLoad } from '../../bench/crowd/load.js';
import type { LoadPlan } from '../../bench/crowd/plan.js';
import { type ServedApp, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

// Short versions of `npm run bench -- --scenarios crowd-…,overload-…`, with tolerances for a busy machine.

const file = join(resolve(import.meta.dirname, '../..'), 'bench/reliability/app.R');
const workers = 2;
let app: ServedApp;
let small: ServedApp;

beforeAll(async () => {
  const flags = ['--reserved-workers', '0', '--no-access-log'];
  [app, small] = await Promise.all([
    serve(file, { workers, flags }),
    serve(file, { workers, flags: [...flags, '--queue-limit', '8'] }),
  ]);
});

afterAll(() => Promise.all([app?.stop(), small?.stop()]));

/** The connections are opened and the code is compiled before anything is counted. */
const WARM_SECONDS = 1;

const nap = (seconds: number) => ({ method: 'GET' as const, path: `/nap?seconds=${seconds}`, answer: '' });
const load = (
  of: ServedApp,
  napSeconds: number,
  plan: Pick<LoadPlan, 'connections' | 'seconds' | 'answers'>,
) =>
  putLoad({ origin: of.url, keepAlive: true }, nap(napSeconds), {
    ...plan,
    warmSeconds: WARM_SECONDS,
    graceMs: 0,
  });

test.each(sized([1024], [256, 1024]))(
  'serves %d constantly busy clients fairly and rejects none',
  async (clients) => {
    const answers = 8 * clients;
    const { failed, good, rejected, unevenness } = await load(app, 0, {
      connections: clients,
      seconds: 60,
      answers,
    });
    expect({ failed, good, rejected }).toEqual({ failed: 0, good: answers, rejected: 0 });
    // Each client gets about eight answers.
    expect(unevenness).toBeLessThan(4);
  },
);

test('clients that retry as soon as they are rejected do not starve R', async () => {
  const shares: number[] = [];
  // On a busy machine, either measurement may get less CPU time than the other.
  while (shares.length < 3 && Math.max(0, ...shares) <= 0.3) {
    const calm = await load(small, 0.02, { connections: 8, seconds: 1 });
    const storm = await load(small, 0.02, { connections: 300, seconds: 2 });
    expect(storm.rejected).toBeGreaterThan(storm.good);
    expect(storm.failed).toBe(0);
    shares.push(storm.goodPerSecond / calm.goodPerSecond);
  }
  // The rejected requests need CPU time too. Without the throttle, only a twentieth of the rate is left.
  expect(Math.max(...shares)).toBeGreaterThan(0.3);
});

test('rejects a request at once only if it cannot be answered within its deadline', async () => {
  const ask = (timeout: string) =>
    fetch(`${app.url}/nap?seconds=0.2`, { headers: { 'X-Request-Timeout': timeout } });
  // Warm up, so that the time of the route is known.
  await Promise.all(Array.from({ length: 12 }, () => ask('20s')));
  const waiting = Array.from({ length: 20 }, () => ask('30s'));
  // Those that wait need more than a second.
  const queued = async (): Promise<number> => (await app.admin<{ queued: number }>('/scale')).queued;
  await expect.poll(queued, { interval: 10 }).toBeGreaterThan(12);
  const [shortDeadline, longDeadline] = await Promise.all([ask('1s'), ask('20s')]);
  expect(shortDeadline.status).toBe(503);
  expect(await shortDeadline.json()).toMatchObject({
    code: 'queue_full',
    message: expect.stringMatching(/would wait/),
  });
  expect(Number(shortDeadline.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
  expect(longDeadline.status).toBe(200);
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(20).fill(200));
});
