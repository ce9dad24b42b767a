/** npm run screenshots: takes the screenshots in docs/ with a real browser and a real server under load. */
import { join, resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser, openPage } from '../test/support/browser.js';
import { fixtureApp, type ServedApp, serve } from '../test/support/server.js';

const docs = resolve(import.meta.dirname, '../docs/images');
const trafficSeconds = 75;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends various requests until the returned function is called. */
function startTraffic(app: ServedApp): () => Promise<unknown> {
  let on = true;
  const again = async (pause: number, ask: () => Promise<Response>): Promise<void> => {
    while (on) {
      await ask()
        .then((response) => response.arrayBuffer())
        .catch(() => undefined);
      await wait(pause * (0.5 + Math.random()));
    }
  };
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(app.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  const jobs = [
    ...Array.from({ length: 4 }, (_, i) => again(8, () => fetch(`${app.url}/offers?customer=${i}`))),
    ...Array.from({ length: 16 }, (_, i) => again(40, () => post('/price', { size: 20 + i, age: 3 }))),
    again(2000, () => fetch(`${app.url}/report?seconds=1.3`)),
    again(4000, () => post('/checkout', {})),
    again(1500, () => fetch(`${app.url}/nowhere`)),
  ];
  return () => {
    on = false;
    return Promise.all(jobs);
  };
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(docs, `${name}.png`), animations: 'disabled' });
  console.log(`docs/images/${name}.png`);
}

async function dashboard(browser: Browser): Promise<void> {
  const app = await serve(fixtureApp('shop.R'), { workers: 4, flags: ['--app-version', '2026.11.3'] });
  const stop = startTraffic(app);
  const open = (options: BrowserContextOptions): Promise<Page> =>
    openPage(browser, app.adminUrl, options).then(({ page }) => page);
  await wait((trafficSeconds * 1000) / 2);
  await fetch(`${app.url}/crash`, { method: 'POST' });
  await wait((trafficSeconds * 1000) / 2);
  const wide = await open({ viewport: { width: 1280, height: 1000 }, colorScheme: 'light' });
  await wait(3000);
  await take(wide, 'dashboard-light');
  await wide.emulateMedia({ colorScheme: 'dark' });
  await wide.locator('.failures summary').filter({ hasText: 'basket' }).click();
  await wide.locator('.pair').evaluate('(pair) => pair.scrollIntoView()');
  await wait(1500);
  await take(wide, 'dashboard-errors-dark');
  const phone = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true });
  await wait(3000);
  await take(phone, 'dashboard-phone');
  await stop();
  await app.stop();
}

async function apiDocs(browser: Browser): Promise<void> {
  const app = await serve(fixtureApp('shop.R'), { workers: 1, flags: ['--docs', 'penstock'] });
  const { page } = await openPage(browser, `${app.url}/__docs__/`, {
    viewport: { width: 1000, height: 900 },
  });
  await page.getByRole('button', { name: 'Send' }).first().click();
  await page.getByLabel('Response body').first().waitFor();
  await take(page, 'api-docs');
  await app.stop();
}

async function modelDocs(browser: Browser): Promise<void> {
  const app = await serve(join(docs, '../../examples/mtcars/RfModel.rds'), { workers: 1 });
  const options: BrowserContextOptions = { viewport: { width: 1000, height: 1100 }, colorScheme: 'dark' };
  const { page } = await openPage(browser, `${app.url}/__docs__/`, options);
  await page.getByRole('button', { name: 'Send' }).first().click();
  await page.getByLabel('Response body').first().waitFor();
  await take(page, 'model-docs');
  await app.stop();
}

const browser = await openBrowser();
await apiDocs(browser);
await modelDocs(browser);
if (!process.argv.includes('--pages')) await dashboard(browser);
await browser.close();
