import { afterAll, expect, test } from 'vitest';
import { check, type Outcome } from './checker.js';
import { report, scale } from './scale.js';
import { Site } from './site.js';

const site = new Site();
afterAll(() => site.close());

test('SIGTERM under load fails no request of clients that keep their connections until told to close them', {
  timeout: scale.testTimeoutMs,
}, async () => {
  let total = 0;
  for (let round = 0; round < scale.terms; round += 1) {
    const app = await site.serve(1);
    const traffic = site.traffic(app, { idPrefix: `kept-${round}-` });
    await traffic.more(50);
    app.signal('SIGTERM');
    await traffic.ended();
    total += countUnfailed(traffic.outcomes);
    expect(await app.ended).toEqual({ code: 0, signal: null });
  }
  report('SIGTERM under load, connections kept', `${scale.terms} times: ${total} requests, none failed`);
});

// A client that opens connections until they are refused may see one reset: the kernel accepted it as the server closed.
test('with a drain delay, SIGTERM fails no request of clients that check /readyz before they open a connection', {
  timeout: scale.testTimeoutMs,
}, async () => {
  let total = 0;
  for (let round = 0; round < scale.terms; round += 1) {
    const app = await site.serve(1, ['--drain-delay', '3s']);
    const traffic = site.traffic(app, { connectionPerRequest: true, idPrefix: `anew-${round}-` });
    await traffic.more(50);
    app.signal('SIGTERM');
    await expect.poll(async () => (await fetch(`${app.adminUrl}/readyz`)).status, { interval: 20 }).toBe(503);
    total += countUnfailed(await traffic.stop());
    expect(await app.ended).toEqual({ code: 0, signal: null });
  }
  report('SIGTERM under load, new connections', `${scale.terms} times: ${total} requests, none failed`);
});

/** Checks that no request failed. Returns the number of requests. */
function countUnfailed(outcomes: readonly Outcome[]): number {
  const { faults, requests } = check(outcomes, site.ledger, 0);
  expect(faults).toEqual([]);
  return requests;
}
