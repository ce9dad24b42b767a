import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, isRunning, ServedApp } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-dev-'));
const plumber = join(folder, 'plumber.R');
const word = join(folder, 'data', 'word.txt');
const helpers = join(folder, 'helpers.R');
let app: ServedApp;

/** Requests a page as a browser does. */
const browse = (path: string): Promise<Response> =>
  fetch(new URL(path, app.url), { headers: { Accept: 'text/html,*/*;q=0.8', 'Sec-Fetch-Dest': 'document' } });

/** Changes a file and waits until Penstock has noticed. */
async function save(file: string, text: string): Promise<void> {
  const seen = app.entries('changed').length;
  writeFileSync(file, text);
  await app.logged('changed', undefined, { skip: seen });
}

beforeAll(async () => {
  cpSync(fixtureApp('reload'), folder, { recursive: true });
  app = new ServedApp(folder, { command: 'dev' });
  await app.serving(1);
});

afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true });
});

test('the next request sees saved changes to the app, its sourced files and its data', async () => {
  expect(await (await fetch(`${app.url}/word`)).text()).toBe('first');
  await save(word, 'second\n');
  expect(await (await fetch(`${app.url}/word`)).text()).toBe('second');
  await save(helpers, 'read_word <- function(file) toupper(readLines(file)[[1L]])\n');
  expect(await (await fetch(`${app.url}/word`)).text()).toBe('SECOND');
  await save(plumber, `${readFileSync(plumber, 'utf8')}\n#* @get /more\nfunction() "more"\n`);
  expect(await (await fetch(`${app.url}/more`)).json()).toEqual(['more']);
});

test('starts R with the current .Rprofile, and hides its own environment variables from the app', async () => {
  const profile = join(folder, '.Rprofile');
  const greeting = async (): Promise<unknown> => (await fetch(`${app.url}/greeting`)).json();
  await save(profile, 'options(greeting = "hello")\n');
  const code = 'c(getOption("greeting"), grep("^PENSTOCK_WORKER", names(Sys.getenv()), value = TRUE))';
  await save(plumber, `${readFileSync(plumber, 'utf8')}\n#* @get /greeting\nfunction() ${code}\n`);
  expect(await greeting()).toEqual(['hello']);
  await save(profile, 'options(greeting = "goodbye")\n');
  expect(await greeting()).toEqual(['goodbye']);
});

test('if the app does not load, shows the error in a browser and answers programs with the previous version', async () => {
  const good = readFileSync(plumber, 'utf8');
  await save(plumber, `stop("no <such> table")\n${good}`);
  const page = await browse('/word');
  expect(page.status).toBe(500);
  expect(page.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
  const html = await page.text();
  expect(html).toContain('no &#60;such&#62; table');
  expect(html).toContain('plumber.R:1');
  const answer = await fetch(`${app.url}/word`);
  expect(await answer.text()).toBe('SECOND');
  expect(answer.headers.get('X-Penstock-Reload')).toBe('failed');
  expect(app.entries('reload-failed').at(-1)?.msg).toMatch(/no <such> table/);

  await save(plumber, good);
  const fixed = await browse('/word');
  expect(await fixed.text()).toBe('SECOND');
  expect(fixed.headers.get('X-Penstock-Reload')).toBeNull();
});

test('starts with an app that does not load, shows the error, and serves the app once it is fixed', async () => {
  const broken = mkdtempSync(join(tmpdir(), 'penstock-dev-broken-'));
  const file = join(broken, 'plumber.R');
  writeFileSync(file, '#* @get /\nfunction( {}\n');
  const other = new ServedApp(broken, { command: 'dev' });
  await other.serving(0);
  const answer = await fetch(other.url);
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({ code: 'app_load_failed' });
  expect((await fetch(`${other.adminUrl}/readyz`)).status).toBe(503);

  writeFileSync(file, 'x <- 1\n');
  expect((await other.logged('no-routes')).msg).toContain('The app has no routes');
  writeFileSync(file, '#* @get /\nfunction() "up"\n');
  await other.logged('changed', undefined, { skip: 1 });
  expect(await (await fetch(other.url)).json()).toEqual(['up']);
  await other.stop();
  rmSync(broken, { recursive: true });
});

test('after SIGKILL, all R processes exit, including the one that waits for the next change', async () => {
  const killed = new ServedApp(fixtureApp('work.R'), { command: 'dev' });
  await killed.serving(1);
  const { workers } = await killed.admin<{ workers: { pid: number }[] }>('/status');
  const children = (): number[] =>
    readFileSync(`/proc/${killed.pid}/task/${killed.pid}/children`, 'utf8').trim().split(' ').map(Number);
  const waiting = (): number[] =>
    children().filter(
      (pid) => pid !== workers[0]!.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('r/worker.R'),
    );
  await expect.poll(waiting).toHaveLength(1);
  const processes = [...waiting(), workers[0]!.pid];
  killed.signal('SIGKILL');
  await expect.poll(() => processes.filter(isRunning), { timeout: 2000 }).toEqual([]);
});
