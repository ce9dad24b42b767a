import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLine } from '../scripts/setup/command-line.mjs';
import { root } from '../scripts/setup/root.mjs';
import { helpPage } from '../src/commands/help-topics.js';
import { type CommandName, optionNames, options } from '../src/config/options.js';
import { errorCatalogue } from '../src/errors.js';
import { requirePlatform } from '../src/program.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-program-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  program: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<CommandResult> {
  const { PATH, HOME } = process.env;
  return new Promise((done) => {
    execFile(program, args, { cwd: folder, env: { PATH, HOME, ...more } }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

function penstock(...args: string[]): Promise<CommandResult> {
  return run(process.execPath, [...commandLine(), ...args]);
}

test('on Windows, every command says to use WSL 2', () => {
  expect(() => requirePlatform('win32')).toThrow('does not run on Windows');
  expect(() => requirePlatform('linux')).not.toThrow();
  expect(errorCatalogue.platform_unsupported.hint).toContain('WSL 2');
});

describe('penstock', () => {
  test('prints its version', async () => {
    expect(await penstock('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test('runs through a link, as npm installs it, with its own flag for Node and those of NODE_OPTIONS', async () => {
    const [flag = '', cli = ''] = commandLine();
    const link = join(folder, 'a penstock');
    symlinkSync(cli, link);
    const probe = join(folder, 'probe.cjs');
    writeFileSync(probe, 'process.stderr.write(process.execArgv.join(" "));');
    expect(await run(link, ['--version'], { NODE_OPTIONS: `--require=${probe}` })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: flag,
    });
    const NODE_OPTIONS = `--require=${probe} --max-semi-space-size=8`;
    expect(await run(link, ['serve', 'two words', '*'], { NODE_OPTIONS })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: too many arguments/), // of two words, unchanged by a shell
    });
  });

  test('without a command, prints the commands and exits with 2', async () => {
    const { code, stderr } = await penstock();
    expect(code).toBe(2);
    for (const command of ['serve', 'routes', 'doctor'])
      expect(stderr).toContain(`${command} [options] [app]`);
  });

  test.each(['serve', 'routes', 'doctor'] as const)(
    '%s --help lists exactly its flags',
    async (command: CommandName) => {
      const { code, stdout } = await penstock(command, '--help');
      expect(code).toBe(0);
      for (const name of optionNames) {
        const shown = new RegExp(`^ +--(no-)?${name}(?![-\\w])`, 'm').test(stdout);
        expect(shown, name).toBe((options[name].commands as readonly string[]).includes(command));
      }
    },
  );

  test.each([
    [['serv'], '(Did you mean serve?)'],
    [['serve', '--prot', '1'], '(Did you mean --port?)'],
    [['serve', '--port'], "option '--port <port>' argument missing"],
    [['serve', 'a', 'b'], 'too many arguments'],
  ])('%j is a usage error, with exit code 2 and a hint', async (args, message) => {
    const { code, stdout, stderr } = await penstock(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('code: usage\nhint: Run `penstock --help`');
    expect(stdout).toBe('');
  });

  test('reports a missing app with the problem, the code and a hint, without a stack trace', async () => {
    expect(await penstock('serve', 'nowhere')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: No app found. nowhere does not exist.\n' +
        'code: app_not_found\n' +
        'hint: Pass an R file of plumber or of another framework, a directory with plumber.R, entrypoint.R, _server.yml or app.R, or a saved model (.rds), or run the command in such a directory.\n',
    });
  });

  test('reports invalid flags before it starts anything', async () => {
    writeFileSync(join(folder, 'plumber.R'), '');
    const { code, stderr } = await penstock(
      'serve',
      '--workers',
      '0',
      '--no-access-log',
      '--log-level',
      'loud',
    );
    expect(code).toBe(2);
    expect(stderr).toContain('2 problems:');
    expect(stderr).toContain('--workers: expected a number of workers');
    expect(stderr).toContain('code: config_invalid');
    expect(stderr).not.toContain('    at ');
  });
});

describe('penstock help', () => {
  test('lists the commands and the pages of the documentation', async () => {
    const { code, stdout } = await penstock('help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}serve /m);
    expect(stdout).toMatch(/^ {2}security +Security$/m);
  });

  test('prints a page, or the help of a command', async () => {
    expect((await penstock('help', 'security')).stdout).toMatch(/^# Security\n/);
    expect((await penstock('help', 'serve')).stdout).toContain('Usage: penstock serve');
  });

  test('suggests a topic for a wrong one', async () => {
    const { code, stderr } = await penstock('help', 'securty');
    expect(code).toBe(2);
    expect(stderr).toContain('There is no command or help topic "securty". Did you mean `security`?');
  });

  test('has a page for each topic that a message names', () => {
    const hints = Object.values(errorCatalogue).map(({ hint }) => hint);
    const named = hints.flatMap((hint) =>
      [...hint.matchAll(/penstock help ([a-z-]+)/g)].map(([, topic]) => topic!),
    );
    expect(named.length).toBeGreaterThan(2);
    for (const topic of named) expect(helpPage(topic)).toMatch(/^# /);
  });
});

test('the package needs no other packages, so its installation cannot warn of their versions', () => {
  const { dependencies, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(dependencies).toBeUndefined();
  expect(files).toEqual(['assets', 'dist', 'docs/*.md', 'r']);
});
