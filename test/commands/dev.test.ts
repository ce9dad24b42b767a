import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from '../../scripts/setup/command-line.mjs';
import { freePort } from '../support/process.js';
import { fixtureApp, isRunning, ServedApp } from '../support/server.js';
import { sized } from '../support/sized.js';
import { inTerminal } from '../support/terminal.js';

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

test('a data file whose absence or contents kept the app from loading reloads it when it is right', async () => {
  const other = join(folder, 'data', 'other.txt');
  const good = readFileSync(plumber, 'utf8');
  const failures = app.entries('reload-failed').length;
  await save(plumber, good.replace('word.txt', 'other.txt'));
  await app.logged('reload-failed', undefined, { skip: failures });
  await save(other, '');
  await app.logged('reload-failed', undefined, { skip: failures + 1 });
  await save(other, 'fourth\n');
  const answer = await fetch(`${app.url}/word`);
  expect(await answer.text()).toBe('FOURTH');
  expect(answer.headers.get('X-Penstock-Reload')).toBeNull();
  await save(plumber, good);
});

test('a save while a version with large files takes over is served, and the version before goes on if it is broken', async () => {
  const large = join(folder, 'large.bin');
  writeFileSync(large, '');
  truncateSync(large, 2 ** 30); // a hash of it takes a second or more
  const good = readFileSync(plumber, 'utf8');
  const ready = app.entries('worker-ready').length;
  await save(plumber, `close(file("large.bin", "rb"))\n${good}`);
  await app.logged('worker-ready', undefined, { skip: ready });
  const failures = app.entries('reload-failed').length;
  await save(plumber, 'stop("broken")\n');
  await app.logged('reload-failed', ({ outcome }) => outcome === 'failed', { skip: failures });
  const answer = await fetch(`${app.url}/word`);
  expect([answer.status, answer.headers.get('X-Penstock-Reload')]).toEqual([200, 'failed']);
  await save(plumber, good);
  expect(await (await fetch(`${app.url}/word`)).text()).toBe('SECOND');
});

test('if a handler fails, shows the error with its place in a browser, to programs and in the log', async () => {
  const good = [plumber, helpers].map((file) => readFileSync(file, 'utf8')) as [string, string];
  await save(helpers, `find_word <- function(id) {\n  stop("no <such> word")\n}\n${good[1]}`);
  await save(plumber, `${good[0]}\n#* @get /fails\nfunction() find_word(1)\n`);
  const page = await browse('/fails');
  expect(page.status).toBe(500);
  const html = await page.text();
  expect(html).toContain('no &#60;such&#62; word');
  expect(html).toContain(`${helpers}:2`);
  expect(html).toContain('<mark>    2    stop(&#34;no &#60;such&#62; word&#34;)</mark>');
  const answer = await fetch(`${app.url}/fails`);
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({
    error: '500 - Internal server error',
    message: 'no <such> word',
    call: expect.stringContaining('find_word('),
    file: helpers,
    line: 2,
  });
  expect(app.entries('r-error').at(-1)).toMatchObject({ file: helpers, line: 2 });

  const own = '#* @plumber\nfunction(pr) plumber::pr_set_error(pr, function(req, res, err) "mine")\n';
  await save(plumber, `${readFileSync(plumber, 'utf8')}\n${own}`);
  await expect.poll(async () => (await fetch(`${app.url}/fails`)).text()).toContain('mine');
  await save(plumber, good[0]);
  await save(helpers, good[1]);
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

test.runIf(sized(false, true))('with --debug, browser() in a handler reaches the terminal', async () => {
  const file = join(folder, 'debugged.R');
  const handler = 'function(n) {\n  total <- as.integer(n)\n  browser()\n  list(total = total)\n}\n';
  writeFileSync(file, `#* @get /look\n${handler}`);
  const port = await freePort();
  const flags = ['--debug', '--port', String(port), '--admin-port', '0'];
  const terminal = inTerminal([process.execPath, ...commandLine(), 'dev', file, ...flags].join(' '));
  const shows = (text: string) => expect.poll(terminal.shown, { timeout: 60_000 }).toContain(text);
  await shows('Ctrl-C');
  const answer = fetch(`http://127.0.0.1:${port}/look?n=42`);
  await shows('Browse[1]>');
  terminal.type('total\n');
  await shows('[1] 42');
  terminal.type('total <- 7L\n');
  terminal.type('c\n');
  expect(await (await answer).json()).toEqual({ total: [7] });
  terminal.type('\u0003');
  await terminal.closed;
  expect(terminal.shown()).toContain('Stopped');
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
  // It waits when it has loaded plumber.
  const [spare = 0] = waiting();
  const isIdle = (): boolean => readFileSync(`/proc/${spare}/stat`, 'utf8').split(') ')[1]![0] === 'S';
  let idle = 0;
  await expect.poll(() => (idle = isIdle() ? idle + 1 : 0), { interval: 100 }).toBeGreaterThan(3);
  const processes = [...waiting(), workers[0]!.pid];
  killed.signal('SIGKILL');
  await expect.poll(() => processes.filter(isRunning), { timeout: 2000 }).toEqual([]);
});
