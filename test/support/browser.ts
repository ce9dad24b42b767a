import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../scripts/setup/browser.mjs';

const program = findBrowser();

/** Why tests in a browser are skipped; empty if they are not. */
export const noBrowser =
  program === undefined ? ' (skipped: Chromium is missing, `npm run setup` installs it)' : '';

/** What went wrong on a page that nobody has asked for: errors of scripts, and what its policy has blocked. */
export interface Watched {
  readonly page: Page;
  readonly faults: string[];
  /** Addresses that it has asked for. */
  readonly asked: string[];
}

export async function openBrowser(): Promise<Browser> {
  // In a container there is no sandbox to be had, and nothing is shown but our own pages.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: program!, args });
}

/** Opens an address in a context of its own, and keeps what goes wrong there. */
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
