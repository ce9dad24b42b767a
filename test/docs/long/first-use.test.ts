import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../../scripts/setup/root.mjs';
import { freePort } from '../../support/process.js';
import { inTerminal, type Terminal } from '../../support/terminal.js';

const page = join(root, 'docs/first-use.md');
const { PENSTOCK_TEST_WRITE_PAGE, PENSTOCK_TEST_BASE_IMAGE, PENSTOCK_TEST_NODE_IMAGE } = process.env;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'penstock-first-use-')));
const shop = join(folder, 'shop');
const START_TIMEOUT_MS = 60_000;

let env: NodeJS.ProcessEnv;
let ports: readonly [number, number];
/** The server in the first terminal, and how much of its output the page has shown. */
let server: { terminal: Terminal; shown: number } | undefined;

beforeAll(async () => {
  // What the tests of this project set is no part of a user's environment.
  const own = Object.entries(process.env).filter(([name]) => !/^(PENSTOCK_|GLIBC_TUNABLES)/.test(name));
  const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
  const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim().split('\n').at(-1)!;
  const install = ['install', '--global', '--prefix', folder, '--offline', join(folder, tarball)];
  execFileSync('npm', install, { cwd: folder });
  mkdirSync(shop);
  ports = [await freePort(), await freePort()];
  const path = [join(folder, 'bin'), process.env.PATH].join(delimiter);
  const [port, adminPort] = ports.map(String);
  env = { ...Object.fromEntries(own), PATH: path, PENSTOCK_PORT: port, PENSTOCK_ADMIN_PORT: adminPort };
});

afterAll(() => {
  server?.terminal.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The output without colours, and without what differs from one machine or run to the next. */
function comparable(output: string): string {
  const [port, adminPort] = ports.map(String) as [string, string];
  return (
    output
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's
      .replace(/\x1b\[\d*m|\r/g, '')
      .replaceAll(shop, '/home/you/shop')
      .replaceAll(port, '8000')
      .replaceAll(adminPort, '9000')
      .replace(/(temporary folder) \S+/g, '$1 /tmp')
      .replace(/\[\d\d:\d\d:\d\d\.\d{3}\]/g, '[…]')
      .replace(/[\d.]+ ms/g, '… ms')
      .replace(/(process|worker|open files:) \d+/g, '$1 …')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…')
      .replace(/\b(Node|R|plumber) \d+\.\d+\.\d+/g, '$1 …')
      .replace(/\(\/.*Rscript\)/g, '(…)')
      .replace(/^( +Library +).*$/gm, '$1…')
      .replace(/sha256:[0-9a-f]{64}/g, 'sha256:…')
      .replace(/^(Size +)\d+ MB/gm, '$1… MB')
      .replace(/^(Built +in) [\d.]+ s/gm, '$1 … s')
  );
}

/** What the server has shown since the page last told. */
function news(): string {
  const { shown, terminal } = server!;
  server!.shown = terminal.shown().length;
  return comparable(terminal.shown().slice(shown)).trim();
}

async function startServer(command: string): Promise<string> {
  const terminal = inTerminal(`cd ${shop} && exec ${command}`, env);
  server = { terminal, shown: 0 };
  const ready = [/Ctrl-C/, /Worker 1 is ready/, /Worker 2 is ready/];
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!ready.every((text) => text.test(terminal.shown()))) {
    if (Date.now() > deadline) throw new Error(terminal.shown());
    await sleep(50);
  }
  return news();
}

async function stopServer(): Promise<string> {
  server!.terminal.type('\x03');
  await server!.terminal.closed;
  return news();
}

async function run(command: string): Promise<string> {
  if (command.startsWith('penstock serve')) return startServer(command);
  const images = ['--base', 'debian', '--base-image', PENSTOCK_TEST_BASE_IMAGE];
  const flags = [...images, '--node-image', PENSTOCK_TEST_NODE_IMAGE, '--engine', 'podman'].join(' ');
  const text = command.startsWith('penstock image') ? `${command} ${flags}` : command;
  const shell = ['-c', text.replaceAll(':8000', `:${ports[0]}`)];
  const { stdout } = await promisify(execFile)('sh', shell, { cwd: shop, env, maxBuffer: 64 * 1024 ** 2 });
  return comparable(stdout).trim();
}

/** The block with the output of its commands. One without commands is what the server shows until Ctrl-C has stopped it. */
async function session(block: string): Promise<string> {
  const commands = block.split('\n').filter((line) => line.startsWith('$ '));
  const parts: string[] = [];
  for (const command of commands) parts.push(command, await run(command.slice(2)));
  if (commands.length === 0) parts.push(await stopServer());
  return parts.filter((part) => part !== '').join('\n');
}

/** The server's lines, and what the terminal shows for Ctrl-C, come in another order in each run. */
const sorted = (text: string) => text.replace('^C', '').trimEnd().split('\n').toSorted();

test('every command of first-use.md prints what the page shows', { timeout: 900_000 }, async () => {
  let text = readFileSync(page, 'utf8');
  for (const [fence, language, block] of text.matchAll(/^```(r|console)\n(.*?)^```$/gms)) {
    if (language === 'r') {
      const before = text.slice(0, text.indexOf(fence));
      const file = join(shop, /`([^`]+)`:\s*$/.exec(before)![1]!);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, block!);
    } else if (!block!.includes('penstock image') || PENSTOCK_TEST_BASE_IMAGE !== undefined) {
      const actual = await session(block!);
      if (PENSTOCK_TEST_WRITE_PAGE === undefined) expect(sorted(actual)).toEqual(sorted(block!));
      else text = text.replace(fence, () => `\`\`\`console\n${actual}\n\`\`\``);
    }
  }
  if (PENSTOCK_TEST_WRITE_PAGE !== undefined) writeFileSync(page, text);
});
