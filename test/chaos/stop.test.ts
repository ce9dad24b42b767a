import { afterAll, expect, test } from 'vitest';
import { check } from './checker.js';
import { report, scale } from './scale.js';
import { Site } from './site.js';

const site = new Site();
afterAll(() => site.close());

test.each([
  { clients: 'that keep their connections until they are told to close them', connectAnew: false },
  { clients: 'that open a connection for each request until they are refused', connectAnew: true },
])(
  'SIGTERM under load fails no request of clients $clients',
  { timeout: scale.timeout },
  async ({ clients, connectAnew }) => {
    let total = 0;
    for (let round = 0; round < scale.terms; round += 1) {
      const app = await site.serve(1);
      const traffic = site.traffic(app, {
        connectAnew,
        prefix: `${connectAnew ? 'anew' : 'kept'}-${round}-`,
      });
      await traffic.more(50);
      app.signal('SIGTERM');
      await traffic.ended();
      const { faults, requests } = check(traffic.outcomes, site.ledger, 0);
      expect(faults).toEqual([]);
      expect(await app.ended).toEqual({ code: 0, signal: null });
      total += requests;
    }
    report(`SIGTERM under load, clients ${clients}`, `${scale.terms} times: ${total} requests, none failed`);
  },
);
