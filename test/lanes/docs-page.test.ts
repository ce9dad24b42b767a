import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, TrainedModels } from '../models/make-models.js';
import { seriousFindings } from '../support/axe.js';
import { noBrowser, openBrowser, openPage } from '../support/browser.js';
import { underPrefix } from '../support/prefix-proxy.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';

const models = new TrainedModels();
let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('shop.R'), { workers: 1, flags: ['--docs', 'penstock'] });
});

afterAll(() => app?.stop());

test("--docs penstock adds Penstock's annotations to plumber's specification", async () => {
  const { paths }: Json = await (await fetch(`${app.url}/openapi.json`)).json();
  expect(paths['/kept'].get).toMatchObject({
    description: 'Responses are kept for 1 s.',
    'x-penstock': { cache: 1000 },
  });
  expect(paths['/price'].post).toMatchObject({
    description: 'Concurrent requests are computed together, up to 256.',
    'x-penstock': { batch: 256 },
  });
  expect(paths['/offers'].get).not.toHaveProperty('x-penstock');
});

describe.skipIf(noBrowser !== '')(`the page at /__docs__/ in a browser${noBrowser}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(() => browser?.close());

  function operation(page: Page, path: string) {
    return page.locator('.operation', { has: page.locator('.path', { hasText: path }) });
  }

  test('documents a plumber API and lets users try it, also behind a proxy with a path prefix', async () => {
    const proxy = await underPrefix('/team/api', app.port);
    const { port } = proxy.address() as { port: number };
    const start = `http://127.0.0.1:${port}/team/api/__docs__`;
    const { asked, faults, page } = await openPage(browser, start);
    expect(page.url()).toBe(`${start}/`);
    await page.locator('.operation').first().waitFor();
    expect(await page.locator('.path').allTextContents()).toContain('/report');
    expect(await operation(page, '/price').locator('.chip').allTextContents()).toEqual([
      'batches of up to 256',
    ]);

    await page.getByLabel('Find').fill('customer');
    await expect.poll(() => page.locator('.operation:visible').count()).toBe(1);
    const offers = operation(page, '/offers');
    await offers.getByLabel('customer').fill('seven & 8');
    expect(await offers.locator('pre').first().textContent()).toMatch(
      /\/team\/api\/offers\?customer=seven\+%26\+8'$/,
    );
    await offers.getByLabel('customer').press('Enter');
    await expect.poll(() => offers.locator('.status').textContent()).toMatch(/^200 OK, .+ ms, \d+ bytes$/);
    expect(JSON.parse((await offers.getByLabel('Response body').textContent())!)).toEqual({
      customer: ['seven & 8'],
      offers: ['a', 'b', 'c'],
    });
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByLabel('Find').fill('');
    await operation(page, '/checkout').locator('summary').first().press('Enter');
    await operation(page, '/checkout').getByRole('button', { name: 'Send' }).click();
    await expect
      .poll(() => operation(page, '/checkout').locator('.status.failed').textContent())
      .toMatch(/^500/);
    await page.setViewportSize({ width: 360, height: 800 });
    expect(
      await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
    ).toBeLessThanOrEqual(0);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousFindings(page)).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(`http://127.0.0.1:${port}/team/api/`))).toEqual([]);
    // Browsers log every response with a status of 400 or above.
    expect(faults.filter((fault) => !fault.includes('status of 500'))).toEqual([]);
    await page.context().close();
    proxy.closeAllConnections();
    proxy.close();
  });

  test('documents a saved model with its fields and lets users try it', async () => {
    await models.make(5, ['lm']);
    const served = await serve(models.file('lm'), { workers: 1 });
    const { faults, page } = await openPage(browser, `${served.url}/__docs__/`);
    const predict = page.locator('.operation').first();
    await predict.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => predict.locator('.status').textContent()).toMatch(/^200/);
    const body = JSON.parse(await predict.getByLabel('Body, application/json').inputValue());
    expect(await predict.locator('table').first().locator('tbody code').allTextContents()).toEqual(
      Object.keys(body[0]),
    );
    expect(JSON.parse((await predict.getByLabel('Response body').textContent())!)).toEqual([
      { '.pred': expect.any(Number) },
    ]);
    await predict.getByLabel('Body, application/json').fill('[{}]');
    await predict.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => predict.locator('.status.failed').textContent()).toMatch(/^422/);
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults.filter((fault) => !fault.includes('status of 422'))).toEqual([]);
    await served.stop();
  });
});
