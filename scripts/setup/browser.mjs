/** The browser for tests of web pages. Without it, these tests are skipped. */
import { installFromApt } from './apt.mjs';
import { answerOf } from './command.mjs';
import { SetupError } from './setup-error.mjs';
import { thisSystem } from './system.mjs';

/** The headless shell has no window to draw, and needs a fifth less CPU time. */
const programs = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** The program in PENSTOCK_TEST_BROWSER or on the PATH; undefined if there is none. */
export function findBrowser() {
  const named = process.env.PENSTOCK_TEST_BROWSER;
  if (named !== undefined && named !== '') return named;
  for (const program of programs) {
    const path = answerOf(['sh', '-c', `command -v ${program}`])?.trim();
    if (path !== undefined && path !== '') return path;
  }
  return undefined;
}

export async function setUpBrowser() {
  if (findBrowser() !== undefined) return;
  const { asRoot, family } = thisSystem();
  if (family === 'debian' && asRoot !== undefined) {
    try {
      await installFromApt(asRoot, ['chromium-headless-shell', 'fonts-dejavu-core'], 'Installing Chromium');
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
    }
  }
  if (findBrowser() === undefined) {
    console.error('Chromium is missing and could not be installed. Browser tests will be skipped.');
  }
}
