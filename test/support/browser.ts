import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../scripts/setup/browser.mjs';

const program = findBrowser();

/** Why tests in a browser are skipped; empty if they are not. */
export const noBrowser =
  program === undefined ? ' (skipped: Chromium is missing, `npm run setup` installs it)' : '';

/** A page with its errors and requests. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of the page, such as script errors and what its policy has blocked. */
  readonly faults: string[];
  /** URLs that the page has requested. */
  readonly asked: string[];
}

export async function openBrowser(): Promise<Browser> {
  // The sandbox is not available in a container, and only our own pages are shown.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: program!, args });
}

/** Opens a URL in its own browser context, and keeps its errors and requests. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const watched: Watched = { page, faults: [], asked: [] };
  page.on('pageerror', (error) => watched.faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') watched.faults.push(message.text());
  });
  page.on('request', (request) => watched.asked.push(request.url()));
  await page.goto(url);
  return watched;
}
