import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultConfig, type LoadInput, loadConfig } from '../../src/config/load.js';
import { fieldOf, optionNames, options, variableOf } from '../../src/config/options.js';
import { PenstockError } from '../../src/errors.js';

let cwd: string;
let appDir: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'penstock-config-'));
  appDir = join(cwd, 'app');
  mkdirSync(appDir);
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const load = (input: LoadInput = {}) => loadConfig({ env: {}, cwd, appDir, terminal: false, ...input });

function write(text: string, ...path: string[]): string {
  const file = join(cwd, ...(path.length > 0 ? path : ['penstock.yaml']));
  writeFileSync(file, text);
  return file;
}

function errorsOf(input: LoadInput): string {
  try {
    load(input);
  } catch (error) {
    expect(error).toBeInstanceOf(PenstockError);
    expect((error as PenstockError).code).toBe('config_invalid');
    return (error as PenstockError).detail!;
  }
  throw new Error('expected an error, but the configuration was accepted');
}

describe('Without settings', () => {
  test('every default is a valid value of its option', () => {
    for (const name of optionNames) {
      const { default: text, kind } = options[name];
      if (text !== undefined) expect(kind.parse(text), name).toBeDefined();
    }
  });

  test('the servers listen only on this machine', () => {
    expect(load()).toMatchObject({ host: '127.0.0.1', port: 8000, adminHost: '127.0.0.1', adminPort: 9000 });
  });

  test('the log is pretty on a terminal and JSON otherwise', () => {
    expect(load({ terminal: true }).logFormat).toBe('pretty');
    expect(load({ terminal: false }).logFormat).toBe('json');
  });

  test('the configuration equals the defaults', () => {
    expect(load()).toEqual(defaultConfig());
  });
});

describe('The admin token', () => {
  test('is read from its variable, and is never printed with the configuration', () => {
    const config = load({ env: { PENSTOCK_ADMIN_TOKEN: 'a-token-of-some-length' } });
    expect(config.adminToken!.reveal()).toBe('a-token-of-some-length');
    expect(`${inspect(config)}${JSON.stringify(config)}${config.adminToken}`).not.toContain('a-token');
  });

  test('is not read from the file, and an invalid one does not appear in the error', () => {
    write('admin-token: a-token-of-some-length\n', 'app', 'penstock.yaml');
    expect(() => load()).toThrow('`admin-token` cannot be set in penstock.yaml.');
    const wrong = () => load({ env: { PENSTOCK_ADMIN_TOKEN: 'too-short' } });
    expect(wrong).toThrow('PENSTOCK_ADMIN_TOKEN: expected at least 16 characters');
    expect(wrong).not.toThrow('too-short');
  });
});

describe('Flags override the environment, which overrides the file, which overrides the default', () => {
  test.each(optionNames.filter(inFile))('for %s', (name) => {
    const [low, middle, high] = samplesOf(name);
    const field = fieldOf(name) as keyof ReturnType<typeof load>;
    const value = (text: string) => {
      const { kind } = options[name];
      return kind.parse(text);
    };
    const required = requiredSettings[name] ?? '';
    write(`${name}: ${low}\n${required}`, 'app', 'penstock.yaml');
    expect(load()[field]).toEqual(value(low));
    expect(load().sources[name].label).toBe('app/penstock.yaml:1');
    expect(load({ env: { [variableOf(name)]: middle } })[field]).toEqual(value(middle));
    expect(load({ env: { [variableOf(name)]: middle } }).sources[name].label).toBe(variableOf(name));
    const both = load({ env: { [variableOf(name)]: middle }, flags: { [name]: high } });
    expect(both[field]).toEqual(value(high));
    expect(both.sources[name].from).toBe('flag');
  });

  /** Other settings that an option requires. */
  const requiredSettings: Readonly<Record<string, string>> = {
    'http-route': 'gateway: public\n',
    'tls-cert': 'tls-key: key\n',
    'tls-key': 'tls-cert: cert\n',
    'tls-client-ca': 'tls-cert: cert\ntls-key: key\n',
  };

  /** Options that cannot be set in the file have their own tests. */
  function inFile(name: (typeof optionNames)[number]): boolean {
    return (options[name] as { inFile?: false }).inFile !== false;
  }

  /** Three values, which differ if the option has that many. */
  function samplesOf(name: (typeof optionNames)[number]): [string, string, string] {
    const { choices, placeholder } = options[name].kind;
    if (choices !== undefined) return [choices[0]!, choices[1]!, choices.at(-1)!];
    if (placeholder === 'duration') return ['11s', '12s', '13s'];
    if (placeholder === 'size')
      return name === 'memory' ? ['65mb', '66mb', '67mb'] : ['11kb', '12kb', '13kb'];
    if (placeholder === 'name' || placeholder === 'host name') return ['one', 'two', 'three'];
    if (name === 'otlp-endpoint') return ['http://a:1', 'http://b:1', 'https://c'];
    if (placeholder === 'address') return ['a.example', 'b.example', 'c.example'];
    if (placeholder === 'networks') return ['10.0.0.1', '10.0.0.2', '::1'];
    if (placeholder === 'path') return ['/one', '/two', '/three'];
    if (placeholder === 'program') return ['R-one', 'R-two', 'R-three'];
    return ['11', '12', '13'];
  }
});

describe('The file', () => {
  test('next to the app takes precedence over the one in the working directory', () => {
    write('port: 1\n');
    expect(load().port).toBe(1);
    const file = write('port: 2\n', 'app', 'penstock.yml');
    expect(load()).toMatchObject({ port: 2, config: file });
  });

  test('can be named by a flag or a variable, relative to the working directory', () => {
    const file = write('port: 3\n', 'other.yaml');
    expect(load({ flags: { config: 'other.yaml' } })).toMatchObject({ port: 3, config: file });
    expect(load({ env: { PENSTOCK_CONFIG: file } }).port).toBe(3);
  });

  test('must exist if it is named', () => {
    expect(errorsOf({ flags: { config: 'nowhere.yaml' } })).toBe('--config: nowhere.yaml does not exist.');
    expect(errorsOf({ env: { PENSTOCK_CONFIG: 'app' } })).toBe('PENSTOCK_CONFIG: app is a directory.');
  });

  test.each(['', '# nothing\n', '---\n', 'null\n', '\uFEFFport: 8000\n'])('may contain %j', (text) => {
    write(text);
    expect(load().port).toBe(8000);
  });

  test.each([
    ['timeout: 90\n', 'timeout', 90_000],
    ['timeout: "90"\n', 'timeout', 90_000],
    ['timeout: 1.5m\n', 'timeout', 90_000],
    ['port: 0x1F40\n', 'port', 8000],
    ['timeout: 9e1\n', 'timeout', 90_000],
    ['app-version: 1.10\n', 'appVersion', '1.10'],
    ['app-version: 12345e7\n', 'appVersion', '12345e7'],
    ['app-version: &v 0x1F\n', 'appVersion', '0x1F'],
    ['access-log: no\n', 'accessLog', false],
    ['preload: on\n', 'preload', 'on'],
    ['workers: 2..4\n', 'workers', { min: 2, max: 4 }],
    ['limit: &size 10mb\nbody-limit: *size\n', 'bodyLimit', undefined],
  ] as const)('with %j sets %s to %j', (text, field, value) => {
    write(text);
    if (value === undefined) expect(errorsOf({})).toContain('unknown option `limit`');
    else expect(load()[field]).toEqual(value);
  });

  test('keeps text in its sections as it is written, even if it looks like a number', () => {
    write(
      'model:\n  name: 1.10\n  fields:\n    zip: { type: string, levels: [01234], example: 01234 }\n' +
        'models:\n  2.0:\n    default: 1.10\n    split: { 1.10: 90, 1.1: 10 }\n',
    );
    const { model, models } = load();
    expect(model).toMatchObject({ name: '1.10' });
    expect(model?.fields?.get('zip')).toMatchObject({ levels: ['01234'], example: '01234' });
    expect(models.get('2.0')).toEqual({
      default: '1.10',
      split: new Map([
        ['1.10', 90],
        ['1.1', 10],
      ]),
    });
  });

  test('is that of the app, otherwise that of its project, otherwise that of the working directory', () => {
    const project = join(cwd, 'project');
    mkdirSync(project);
    write('port: 1001\n');
    expect(load({ project })).toMatchObject({ port: 1001, config: join(cwd, 'penstock.yaml') });
    write('port: 1002\n', 'project', 'penstock.yaml');
    expect(load({ project })).toMatchObject({ port: 1002, config: join(project, 'penstock.yaml') });
    write('port: 1003\n', 'app', 'penstock.yaml');
    expect(load({ project })).toMatchObject({ port: 1003, config: join(appDir, 'penstock.yaml') });
  });

  test('resolves relative paths from its own folder', () => {
    write('rscript: bin/Rscript\n', 'app', 'penstock.yaml');
    expect(load().rscript).toBe(join(appDir, 'bin/Rscript'));
    expect(load({ flags: { rscript: './Rscript' } }).rscript).toBe(join(cwd, 'Rscript'));
    expect(load({ flags: { rscript: 'Rscript-4.4' } }).rscript).toBe('Rscript-4.4');
  });
});

describe('An error', () => {
  test('names the line, what is wrong and what is allowed', () => {
    write('host: 127.0.0.1\nlog-level: loud\n');
    expect(errorsOf({})).toBe(
      'penstock.yaml:2: `log-level`: expected one of debug, info, warn, error; got "loud".',
    );
  });

  test.each([
    ['prot: 1\n', 'penstock.yaml:1: unknown option `prot`. Did you mean `port`?'],
    ['adminPort: 1\n', 'penstock.yaml:1: unknown option `adminPort`. Did you mean `admin-port`?'],
    ['admin_port: 1\n', 'penstock.yaml:1: unknown option `admin_port`. Did you mean `admin-port`?'],
    ['xyz: 1\n', 'penstock.yaml:1: unknown option `xyz`. `penstock help configuration` lists all options.'],
    ['log-level: warning\n', 'Did you mean `warn`?'],
    ['server:\n  port: 1\n', 'unknown option `server`'],
    ['port:\n', 'penstock.yaml:1: `port` has no value.'],
    ['port: [1, 2]\n', 'got a list or a map.'],
    ['config: other.yaml\n', '`config` cannot be set in penstock.yaml.'],
    ['- port\n', 'expected lines such as'],
    ['just text\n', 'expected lines such as'],
    ['port: 1\nport: 2\n', 'penstock.yaml:2: Map keys must be unique'],
    ['port: "8000\n', 'penstock.yaml:'],
    ['port: 1\n---\nport: 2\n', 'penstock.yaml:2: '],
    ['? [a]\n: 1\n', 'expected an option name as key.'],
    ['__proto__: 1\n', 'unknown option `__proto__`'],
    ['constructor: 1\n', 'unknown option `constructor`'],
  ])('in the file %j is reported', (text, message) => {
    write(text);
    expect(errorsOf({})).toContain(message);
  });

  test('is reported with all others, in the order of the lines', () => {
    write('prot: 1\nworkers: 0\nlog-level: loud\n');
    const errors = errorsOf({ env: { PENSTOCK_TIMEOUT: 'soon' }, flags: { port: '80000' } });
    expect(errors).toMatch(/^5 problems:\n/);
    expect(errors.split('\n').slice(1)).toEqual([
      expect.stringContaining('--port: expected a port number from 0 to 65535; got "80000".'),
      expect.stringContaining('PENSTOCK_TIMEOUT: expected a duration'),
      expect.stringContaining('penstock.yaml:1: '),
      expect.stringContaining('penstock.yaml:2: '),
      expect.stringContaining('penstock.yaml:3: '),
    ]);
  });

  test('is reported even if a flag overrides the setting', () => {
    write('port: none\n');
    expect(errorsOf({ flags: { port: '8000' } })).toContain('penstock.yaml:1');
  });

  test('truncates a long value', () => {
    expect(errorsOf({ flags: { preload: 'x'.repeat(5000) } }).length).toBeLessThan(200);
  });
});

describe('The public and the admin server', () => {
  test.each([
    [{ port: '9000' }],
    [{ host: '0.0.0.0', port: '9000' }],
    [{ 'admin-host': '::', 'admin-port': '8000' }],
    [{ host: 'localhost', port: '9000' }],
  ])('may not share a port: %j', (flags) => {
    expect(errorsOf({ flags })).toContain('use different ports');
  });

  test('may share a port number on different addresses, and may both use any free port', () => {
    expect(load({ flags: { host: '127.0.0.2', port: '9000' } }).port).toBe(9000);
    expect(load({ flags: { port: '0', 'admin-port': '0' } }).adminPort).toBe(0);
  });
});

describe('In the environment', () => {
  test('an unknown variable only causes a warning', () => {
    expect(load({ env: { PENSTOCK_PROT: '1', OTHER: '2' } }).warnings).toEqual([
      'PENSTOCK_PROT is not an option of Penstock. Did you mean `PENSTOCK_PORT`?',
    ]);
  });

  test('an empty variable counts as not set', () => {
    expect(load({ env: { PENSTOCK_PORT: '', PENSTOCK_HOST: ' ' } })).toMatchObject({
      port: 8000,
      warnings: [],
    });
  });

  test('variables that Kubernetes sets for a Service named penstock are ignored', () => {
    const env = {
      PENSTOCK_SERVICE_HOST: '10.0.0.1',
      PENSTOCK_SERVICE_PORT: '80',
      PENSTOCK_SERVICE_PORT_HTTP: '80',
      PENSTOCK_PORT: 'tcp://10.0.0.1:80',
      PENSTOCK_PORT_80_TCP: 'tcp://10.0.0.1:80',
      PENSTOCK_PORT_80_TCP_ADDR: '10.0.0.1',
      PENSTOCK_PORT_80_TCP_PORT: '80',
      PENSTOCK_PORT_80_TCP_PROTO: 'tcp',
      PENSTOCK_ADMIN_PORT: 'tcp://10.0.0.2:9000',
      PENSTOCK_ADMIN_SERVICE_HOST: '10.0.0.2',
    };
    expect(load({ env })).toMatchObject({ port: 8000, adminPort: 9000, warnings: [] });
  });

  test('variables of the tests and the workers of Penstock are ignored', () => {
    expect(load({ env: { PENSTOCK_TEST_X: '1', PENSTOCK_WORKER_TOKEN: 'x' } }).warnings).toEqual([]);
  });
});
