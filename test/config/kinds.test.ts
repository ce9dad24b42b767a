import { describe, expect, test } from 'vitest';
import * as kinds from '../../src/config/kinds.js';

type Cases = readonly (readonly [text: string, value: unknown])[];

function accepts(kind: kinds.Kind<unknown>, cases: Cases): void {
  test.each(cases)('accepts %j', (text, value) => {
    expect(kind.parse(text)).toEqual(value);
  });
}

function rejects(kind: kinds.Kind<unknown>, texts: readonly string[]): void {
  test.each(texts)('rejects %j', (text) => {
    expect(kind.parse(text)).toBeUndefined();
  });
}

describe('A duration', () => {
  accepts(kinds.duration(), [
    ['500ms', 500],
    ['5s', 5000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['60', 60_000],
    ['0', 0],
    ['1.5s', 1500],
    ['0.25', 250],
    ['5 S', 5000],
  ]);
  rejects(kinds.duration(), ['', 's', '-1', '5x', '5sec', '1e3', '1h30m', '∞', '25d', '600h', '5.s']);

  test('must not be below the minimum', () => {
    expect(kinds.duration({ min: 1000 }).parse('999ms')).toBeUndefined();
    expect(kinds.duration({ min: 1000 }).parse('1s')).toBe(1000);
  });

  test.each([
    [500, '500ms'],
    [1500, '1500ms'],
    [90_000, '90s'],
    [7_200_000, '2h'],
    [0, '0s'],
  ])('of %d ms is formatted as %s, which parses to the same value', (value, text) => {
    expect(kinds.duration().format(value)).toBe(text);
    expect(kinds.duration().parse(text)).toBe(value);
  });
});

describe('A size', () => {
  accepts(kinds.bytes(), [
    ['100', 100],
    ['16kb', 16_384],
    ['100mb', 104_857_600],
    ['1gb', 1_073_741_824],
    ['512Mi', 536_870_912],
    ['1.5k', 1536],
    ['2 MiB', 2_097_152],
    ['10b', 10],
  ]);
  rejects(kinds.bytes(), ['', '0', '-1', 'mb', '1tb', '2gb', '1e6', '12bb']);

  test('is formatted as a user would write it', () => {
    expect(kinds.bytes().format(65_536)).toBe('64kb');
    expect(kinds.bytes().format(1000)).toBe('1000');
  });
});

describe('A number of workers', () => {
  const workers = kinds.workers(() => 6);
  accepts(workers, [
    ['4', { min: 4, max: 4 }],
    ['2..8', { min: 2, max: 8 }],
    ['1..1', { min: 1, max: 1 }],
    ['auto', { min: 6, max: 6 }],
  ]);
  rejects(workers, ['0', '0..4', '8..2', '1.5', '-1', '2-8', '2..', '..8', 'all', '1025', '']);

  test('is at least two by default, so that one slow request does not block the others', () => {
    expect(kinds.workers(() => 1).parse('auto')).toEqual({ min: 2, max: 2 });
  });
});

describe('A port', () => {
  accepts(kinds.port(), [
    ['0', 0],
    ['8000', 8000],
    ['65535', 65_535],
  ]);
  rejects(kinds.port(), ['65536', '-1', '80.5', '0x50', ':80', 'tcp://10.0.0.1:80', '', '8 0']);
});

describe('A host', () => {
  accepts(kinds.host(), [
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', 'localhost'],
    ['::', '::'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['my-host.example.com', 'my-host.example.com'],
  ]);
  rejects(kinds.host(), ['', 'http://localhost', 'localhost:80', 'a b', '127.0.0.1/8', '1:80']);
});

describe('A boolean', () => {
  accepts(kinds.boolean(), [
    ['true', true],
    ['Yes', true],
    ['on', true],
    ['1', true],
    ['FALSE', false],
    ['no', false],
    ['off', false],
    ['0', false],
  ]);
  rejects(kinds.boolean(), ['', '2', 'y', 'maybe', 'constructor', '__proto__']);
});

describe('A choice', () => {
  accepts(kinds.oneOf('auto', 'on'), [['on', 'on']]);
  rejects(kinds.oneOf('auto', 'on'), ['', 'ON', 'of', 'toString']);
});

describe('A whole number', () => {
  accepts(kinds.integer({ min: 1, max: 10 }), [['10', 10]]);
  rejects(kinds.integer({ min: 1, max: 10 }), ['0', '11', '1.0', '1e1', '٣', '']);
});

describe('A path', () => {
  accepts(kinds.file(), [['a b/c.yaml', 'a b/c.yaml']]);
  rejects(kinds.program(), ['', 'a\0b']);
});
