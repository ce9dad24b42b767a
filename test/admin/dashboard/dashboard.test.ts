import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seriousFindings } from '../../support/axe.js';
import { noBrowser, openBrowser, openPage } from '../../support/browser.js';
import { underPrefix } from '../../support/prefix-proxy.js';
import { fixtureApp, type ServedApp, serve } from '../../support/server.js';
import { sized } from '../../support/sized.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('shop.R'), { workers: 2, flags: ['--slow-request', '200ms'] });
});

afterAll(() => app?.stop());

async function post(path: string, id = 'none-given'): Promise<number> {
  const response = await fetch(app.url + path, { method: 'POST', headers: { 'X-Request-Id': id } });
  await response.arrayBuffer();
  return response.status;
}

/** The data of the first event of this kind in a stream. */
async function firstEvent(path: string, kind: string): Promise<Record<string, unknown>> {
  const leave = new AbortController();
  const response = await fetch(app.adminUrl + path, { signal: leave.signal });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const found = new RegExp(`^event: ${kind}\ndata: (.*)\n\n`, 'm').exec(text);
    if (found === null) continue;
    leave.abort();
    return JSON.parse(found[1]!);
  }
  throw new Error(`no event "${kind}" in ${text}`);
}

describe('the dashboard API', () => {
  test('reports an R error with its message and its traceback', async () => {
    expect(await post('/checkout', 'empty-basket')).toBe(500);
    const line = await app.logged('r-error', ({ requestId }) => requestId === 'empty-basket');
    expect(line).toMatchObject({
      message: 'the basket is empty: nothing to check out',
      call: 'check_basket(basket$items)',
      calls: ['<handler>', 'checkout(list(items = items))', 'check_basket(basket$items)'],
    });
    const { failures } = await firstEvent('/dashboard/events', 'hello');
    expect(failures).toMatchObject([
      { requestId: 'empty-basket', path: '/checkout', status: 500, worker: line.worker, count: 1 },
    ]);
  });

  test('filters the log by request, worker and path', async () => {
    await app.request('empty-basket');
    await fetch(`${app.url}/pid`, { headers: { 'X-Request-Id': 'first' } });
    const { worker } = await app.request('first');
    const lines = async (query: string): Promise<Record<string, unknown>[]> =>
      (await firstEvent(`/dashboard/log?${query}`, 'lines')).lines as Record<string, unknown>[];
    await expect.poll(async () => (await lines('request=first')).map(({ path }) => path)).toEqual(['/pid']);
    const events = (await lines('request=empty-basket')).map(({ event }) => event);
    expect(events).toEqual(expect.arrayContaining(['r-error', 'output', 'request']));
    for (const line of await lines(`worker=${worker}`)) expect(line.worker).toBe(worker);
    const checkouts = await lines('path=check');
    expect(checkouts.length).toBeGreaterThan(0);
    for (const line of checkouts) expect(line.path).toBe('/checkout');
    expect((await lines('notable=true')).some(({ requestId }) => requestId === 'first')).toBe(false);
  });

  test('limits the number of connected browsers, and rejects more of them with 503', async () => {
    const leave = new AbortController();
    const open = await Promise.all(
      Array.from({ length: 40 }, () => fetch(`${app.adminUrl}/dashboard/events`, { signal: leave.signal })),
    );
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    expect((await fetch(`${app.adminUrl}/dashboard/log`)).status).toBe(503);
    leave.abort();
    const again = async (): Promise<number> => {
      const one = new AbortController();
      const { status } = await fetch(`${app.adminUrl}/dashboard/log`, { signal: one.signal });
      one.abort();
      return status;
    };
    await expect.poll(again).toBe(200);
  });
});

describe.skipIf(noBrowser !== '')(`the dashboard in a browser${noBrowser}`, () => {
  let browser: Browser;
  let page: Page;
  let faults: string[];
  let asked: string[];

  beforeAll(async () => {
    browser = await openBrowser();
    ({ asked, faults, page } = await openPage(browser, app.adminUrl));
    await page.getByText('Live', { exact: true }).waitFor();
  });

  afterAll(() => browser?.close());

  async function text(selector: string): Promise<string> {
    return (await page.locator(selector).first().textContent()) ?? '';
  }

  /** The opaque colours in the first chart. */
  function drawnColours(): Promise<string[]> {
    return page.evaluate(`(() => {
      const canvas = document.querySelector('#charts canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set();
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 255) colours.add(data.slice(i, i + 3).join());
      }
      return [...colours];
    })()`);
  }

  function cards(): Promise<(string | null)[]> {
    return page.locator('.worker').evaluateAll((all) => all.map((card) => card.getAttribute('data-worker')));
  }

  test('updates itself', async () => {
    const facts = () => page.locator('.worker .facts').allTextContents();
    const answered = async () =>
      (await facts()).map((fact) => Number.parseInt(fact, 10)).reduce((sum, count) => sum + count, 0);
    const before = await answered();
    await Promise.all(Array.from({ length: 25 }, () => fetch(`${app.url}/offers`)));
    await expect.poll(answered).toBeGreaterThanOrEqual(before + 25);
    await expect.poll(facts).toEqual([expect.stringMatching(/ MB, /), expect.stringMatching(/ MB, /)]);
    await expect.poll(drawnColours).toContain('11,114,133');
  });

  test('shows what a worker runs, and lists slow requests', async () => {
    const report = fetch(`${app.url}/report?seconds=4`);
    await expect.poll(() => page.locator('.worker[data-state=busy] .path').textContent()).toBe('/report');
    expect(await page.locator('.worker[data-state=busy] .work').textContent()).toMatch(/, direct lane$/);
    await report;
    await expect.poll(() => text('#slow')).toMatch(/GET \/report/);
  });

  test('removes a killed worker and shows its replacement', async () => {
    const before = await cards();
    const { workers } = await app.admin<{ workers: { id: number; pid: number }[] }>('/status');
    const { id, pid } = workers[0]!;
    process.kill(pid, 'SIGKILL');
    await expect.poll(cards).toEqual(expect.not.arrayContaining([String(id)]));
    await expect.poll(cards).toHaveLength(before.length);
    await expect.poll(() => page.locator('.worker[data-state=idle]').count()).toBe(before.length);
    expect(await text('#workers-note')).toMatch(/1 ended unexpectedly and was replaced$/);
  });

  test('expands an error to its traceback, and links to the log of its request', async () => {
    await page.locator('.failures summary', { hasText: 'the basket is empty' }).click();
    expect(await page.locator('.failures .calls li').allTextContents()).toEqual([
      '<handler>',
      'checkout(list(items = items))',
      'check_basket(basket$items)',
    ]);
    await page.getByRole('button', { name: 'Log of empty-basket' }).click();
    expect(await page.getByLabel('Request id').inputValue()).toBe('empty-basket');
    await expect.poll(() => page.locator('#log li').count()).toBe(3);
    expect((await page.locator('#log .id').allTextContents()).every((id) => id === 'empty-basket')).toBe(
      true,
    );
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => page.locator('#log li').count()).toBeGreaterThan(3);
    await page.getByLabel('Path contains').fill('/report');
    await expect
      .poll(() => page.locator('#log li .text').allTextContents())
      .toEqual([expect.stringMatching(/^GET \/report 200/)]);
    await page.getByRole('button', { name: 'Clear' }).click();
  });

  test('can be operated with the keyboard alone', async () => {
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate('document.activeElement.textContent');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByLabel('1 hour').isChecked()).toBe(true);
    await page.keyboard.press('ArrowLeft');
    const plot = page.getByRole('slider', { name: 'Latency: moment' });
    const moments = async () => Number(await plot.getAttribute('aria-valuemax'));
    await expect.poll(moments).toBeGreaterThan(3);
    await plot.focus();
    const last = Number(await plot.getAttribute('aria-valuenow'));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d: 99 % .+, 90 % .+, median /);
    expect(Number(await plot.getAttribute('aria-valuenow'))).toBeLessThan(last);
    await page.keyboard.press('Home');
    expect(await plot.getAttribute('aria-valuenow')).toBe('0');
    const error = page.locator('.failures summary').first();
    const open = () => page.locator('.failures details').first().getAttribute('open');
    const before = await open();
    await error.press('Enter');
    expect(await open()).not.toBe(before);
  });

  test('is readable in light and dark mode, whether the system or the user chooses', async () => {
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    expect(await seriousFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background();
    expect(dark).not.toBe(light);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Light').check();
    expect(await background()).toBe(light);
    await expect.poll(drawnColours).toContain('11,114,133');
    await page.reload();
    await expect.poll(() => text('#connection')).toBe('Live');
    expect(await background()).toBe(light);
  });

  test.each(sized([320], [320, 390, 820]))('fits into %s pixels', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    expect(
      await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
    ).toBeLessThanOrEqual(0);
    expect(await seriousFindings(page)).toEqual([]);
  });

  test('loads nothing from other hosts, and causes no errors', () => {
    const others = asked.filter((url) => !url.startsWith(`${app.adminUrl}/`));
    expect([others, faults]).toEqual([[], []]);
  });

  test('lets the user sign in and out if a token is set', async () => {
    const guarded = await serve(fixtureApp('work.R'), {
      workers: 1,
      env: { PENSTOCK_ADMIN_TOKEN: 'a-token-of-some-length' },
    });
    const { page: other } = await openPage(browser, guarded.adminUrl);
    await other.getByLabel('Admin token').fill('a-token-of-some-length');
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByText('Live', { exact: true }).waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByLabel('Admin token').waitFor();
    await other.goto(guarded.adminUrl);
    expect(await other.title()).toBe('Sign in to Penstock');
    await other.context().close();
    await guarded.stop();
  });

  test('works behind a proxy under a path prefix', async () => {
    const proxy = await underPrefix('/ops/penstock', app.adminPort);
    try {
      const { port } = proxy.address() as { port: number };
      const prefixed = await openPage(browser, `http://127.0.0.1:${port}/ops/penstock/`);
      await expect.poll(() => prefixed.page.locator('#connection').textContent()).toBe('Live');
      await expect.poll(() => prefixed.page.locator('#log li').count()).toBeGreaterThan(0);
      expect(prefixed.faults).toEqual([]);
      await prefixed.page.context().close();
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});
