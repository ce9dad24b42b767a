import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AdminServer } from '../../../src/admin/admin-http.js';
import { Dashboard } from '../../../src/admin/dashboard/dashboard.js';
import type { Status } from '../../../src/admin/status.js';
import type { WorkerView } from '../../../src/admin/worker-views.js';
import { Failures } from '../../../src/observe/failures.js';
import { LogTail } from '../../../src/observe/log-tail.js';
import { Metrics } from '../../../src/observe/metrics.js';
import { SlowRequests } from '../../../src/observe/slow-requests.js';
import { noBrowser, openBrowser, openPage } from '../../support/browser.js';

const WORKERS = 64;
const REQUESTS_PER_SECOND = 10_000;

const metrics = new Metrics({
  appVersion: undefined,
  workers: () => ({}),
  queued: () => 0,
  running: () => 0,
  open: () => 0,
  bodies: { memory: { used: 0 }, files: { used: 0 } },
  responseBytes: () => 0,
  logLinesLost: () => 0,
});
const tail = new LogTail();
let requests = 0;

/** Records metrics and log lines for this many requests, as the gateway does. */
function record(count: number): void {
  let text = '';
  for (let i = 0; i < count; i++) {
    requests += 1;
    metrics.requests.count('GET', requests % 50 === 0 ? 500 : 200);
    metrics.requestTime.observe((requests % 100) / 5000);
    metrics.queueWait.observe((requests % 10) / 5000);
    metrics.rTime.observe((requests % 30) / 5000);
    text +=
      `{"level":"info","time":"${new Date().toISOString()}","event":"request","requestId":"r-${requests}","method":"GET",` +
      `"path":"/items/${requests % 97}","status":200,"bytes":120,"durationMs":8.1,"worker":${requests % WORKERS},"lane":"direct"}\n`;
  }
  tail.add(text);
}

function workers(): WorkerView[] {
  return Array.from({ length: WORKERS }, (_, i) => {
    const view = {
      id: i + 1,
      pid: 1000 + i,
      version: 1,
      requests: requests + i,
      open: i % 7,
      sockets: 0,
      age: 100,
      memory: 1e8 + requests,
    };
    if ((requests + i) % 5 === 0) return { ...view, state: 'idle' };
    return {
      ...view,
      state: 'busy',
      path: `/items/${(requests + i) % 97}`,
      batch: 3,
      lane: 'direct',
      since: requests % 900,
    };
  });
}

const status = (): Status => ({
  state: 'serving',
  version: '0',
  app: '/srv/app/plumber.R',
  appVersion: undefined,
  finishing: [],
  reloads: [],
  open: 0,
  release: undefined,
  uptime: 1000,
  running: 50,
  queued: 10,
  longestWaitMs: 20,
  expectedWaitMs: 15,
  demand: 52,
  converting: 0,
  queueLimit: 640,
  cache: undefined,
  restarts: 0,
  starts: undefined,
  workers: [],
});

const dashboard = new Dashboard({
  metrics,
  tail,
  failures: new Failures(),
  slow: new SlowRequests(1000),
  workers: {
    get all() {
      return workers();
    },
    weigh: async () => {},
  },
  signedIn: false,
  status,
});
const server = new AdminServer();
let url: string;
let browser: Browser;
let traffic: NodeJS.Timeout;

beforeAll(async () => {
  dashboard.serve(server);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  traffic = setInterval(() => record(REQUESTS_PER_SECOND / 50), 20);
  if (noBrowser === '') browser = await openBrowser();
});

afterAll(async () => {
  clearInterval(traffic);
  dashboard.close();
  await browser?.close();
  await server.close();
});

test.skipIf(noBrowser !== '')(
  `the page keeps up with 64 workers and 10,000 requests per second${noBrowser}`,
  async () => {
    const { faults, page } = await openPage(browser, url);
    await page.getByText('Live', { exact: true }).waitFor();
    const debug = await page.context().newCDPSession(page);
    await debug.send('Performance.enable');
    const ticks = async () => Number(await page.evaluate('document.documentElement.dataset.ticks ?? 0'));
    /** Seconds that the page has spent on scripts, layout and styles so far. */
    const busySeconds = async (): Promise<number> => {
      const { metrics: all } = await debug.send('Performance.getMetrics');
      const parts = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
      return all.filter(({ name }) => parts.includes(name)).reduce((sum, { value }) => sum + value, 0);
    };
    await expect.poll(ticks).toBeGreaterThan(1);
    const [before, from] = [await busySeconds(), await ticks()];
    await expect.poll(ticks).toBeGreaterThanOrEqual(from + 3);
    const perTick = ((await busySeconds()) - before) / ((await ticks()) - from);
    // One event arrives per second. Half of each second must stay free for the user, even on a busy machine.
    expect(perTick).toBeLessThan(0.5);
    expect(await page.locator('.worker').count()).toBe(WORKERS);
    expect(await page.locator('#log li').count()).toBeLessThanOrEqual(500);
    expect(await page.locator('#log-note').textContent()).toMatch(/lines per second are not shown/);
    expect(faults).toEqual([]);
  },
);

test.skipIf(noBrowser !== '')(
  `the page says how many requests wait, how long the oldest has waited, and how long a new one would${noBrowser}`,
  async () => {
    const { page } = await openPage(browser, url, {
      viewport: { width: 320, height: 800 },
    });
    const tile = page.locator('[data-tile=queued] dd');
    await expect
      .poll(async () => (await tile.allInnerTexts()).slice(0, 2))
      .toEqual(['10', 'oldest 20 ms\nnew: about 15 ms']);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
    ).toBeLessThanOrEqual(0);
  },
);
