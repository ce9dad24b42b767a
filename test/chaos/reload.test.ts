import { afterAll, expect, test } from 'vitest';
import { check } from './checker.js';
import { report, scale } from './scale.js';
import { Site } from './site.js';

const site = new Site();
afterAll(() => site.close());

test('reloads under load fail no request, even if some of them cannot load the app', {
  timeout: scale.testTimeoutMs,
}, async () => {
  const { broken, times } = scale.reloads;
  const app = await site.serve(2);
  const traffic = site.traffic(app);
  const took: number[] = [];
  for (let round = 1; round <= times; round += 1) {
    // Broken versions are spread evenly. The last version works.
    const isBroken = round % Math.floor(times / broken) === 1 && round < times;
    site.version = isBroken ? 'broken' : `version ${round}`;
    const reload = await fetch(`${app.adminUrl}/reload`, { method: 'POST' });
    expect(reload.status).toBe(isBroken ? 500 : 200);
    const { took: ms } = (await reload.json()) as { took: number };
    if (!isBroken) took.push(ms);
  }
  const { faults, requests } = check(await traffic.stop(), site.ledger, 0);
  expect(faults).toEqual([]);
  expect(requests).toBeGreaterThan(times);
  expect(await (await fetch(`${app.url}/version`)).text()).toBe(`version ${times}`);
  await expect.poll(() => app.admin('/status')).toMatchObject({ finishing: [], queued: 0, running: 0 });
  await app.stop();
  took.sort((one, other) => one - other);
  report(
    'Rolling reloads under load',
    `${times} reloads, ${broken} of them of a broken app: ${requests} requests, none failed; median ${took[took.length >> 1]} ms`,
  );
});
