import { afterAll, expect, test } from 'vitest';
import { check, type Outcome } from './checker.js';
import { report, scale } from './scale.js';
import { Site } from './site.js';

const site = new Site();
afterAll(() => site.close());

test('SIGTERM under load fails no request of clients that keep their connections until they are told to close them', {
  timeout: scale.timeout,
}, async () => {
  let total = 0;
  for (let round = 0; round < scale.terms; round += 1) {
    const app = await site.serve(1);
    const traffic = site.traffic(app, { prefix: `kept-${round}-` });
    await traffic.more(50);
    app.signal('SIGTERM');
    await traffic.ended();
    total += judge(traffic.outcomes);
    expect(await app.ended).toEqual({ code: 0, signal: null });
  }
  report('SIGTERM under load, connections kept', `${scale.terms} times: ${total} requests, none failed`);
});

// Whoever opens connections until they are refused may have one reset: the kernel takes it while the server closes.
test('with a drain delay, SIGTERM fails no request of clients that open a connection for each while it is ready', {
  timeout: scale.timeout,
}, async () => {
  let total = 0;
  for (let round = 0; round < scale.terms; round += 1) {
    const app = await site.serve(1, ['--drain-delay', '3s']);
    const traffic = site.traffic(app, { connectAnew: true, prefix: `anew-${round}-` });
    await traffic.more(50);
    app.signal('SIGTERM');
    await expect.poll(async () => (await fetch(`${app.adminUrl}/readyz`)).status, { interval: 20 }).toBe(503);
    total += judge(await traffic.stop());
    expect(await app.ended).toEqual({ code: 0, signal: null });
  }
  report('SIGTERM under load, connections anew', `${scale.terms} times: ${total} requests, none failed`);
});

/** How many there were, none of which has failed. */
function judge(outcomes: readonly Outcome[]): number {
  const { faults, requests } = check(outcomes, site.ledger, 0);
  expect(faults).toEqual([]);
  return requests;
}
