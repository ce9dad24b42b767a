import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Scratch } from '../../src/pool/scratch.js';

const parent = mkdtempSync(join(tmpdir(), 'penstock-scratch-'));
afterAll(() => rmSync(parent, { recursive: true }));

/** Creates a folder that a gateway has left behind, with the file that describes the gateway. */
function leftBehind(name: string, owner: Record<string, unknown>, age = 0): string {
  const path = join(parent, `penstock-gateway-${name}`);
  const file = join(path, 'owner.json');
  mkdirSync(join(path, 'worker-1'), { recursive: true });
  writeFileSync(join(path, 'worker-1', 'upload'), 'x');
  writeFileSync(file, JSON.stringify(owner));
  const time = new Date(Date.now() - age);
  utimesSync(file, time, time);
  return path;
}

test('a gateway removes the folders of dead gateways and keeps those of running ones', () => {
  const living = new Scratch(parent);
  const mine = JSON.parse(readFileSync(join(living.path, 'owner.json'), 'utf8')) as Record<string, unknown>;
  const dead = leftBehind('dead', { ...mine, pid: 2 ** 22 + 1 });
  const successor = leftBehind('successor', { ...mine, start: '1' });
  const elsewhere = leftBehind('elsewhere', { ...mine, space: 'pid:[1]' });
  const silent = leftBehind('silent', { ...mine, space: 'pid:[1]' }, 3_600_000);
  const other = join(parent, 'somebody-elses');
  mkdirSync(other);

  const scratch = new Scratch(parent);
  expect([dead, successor, silent].filter(existsSync)).toEqual([]);
  expect([living.path, elsewhere, other].every(existsSync)).toBe(true);

  const folder = scratch.folder('worker-1');
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), 'x');
  scratch.close();
  living.close();
  expect([scratch.path, living.path].filter(existsSync)).toEqual([]);
});

/** A folder of a dead gateway. */
function deadFolder(name: string): string {
  return leftBehind(name, { pid: 2 ** 22 + 1, start: '1', space: readlinkSync('/proc/self/ns/pid') });
}

test('a gateway follows no links, and waits for no pipe in a folder that it finds', () => {
  const outside = mkdtempSync(join(tmpdir(), 'penstock-outside-'));
  writeFileSync(join(outside, 'mine'), 'x');
  const dead = deadFolder('with-a-link');
  symlinkSync(outside, join(dead, 'link'));
  const link = join(parent, 'penstock-gateway-link');
  symlinkSync(outside, link);
  const piped = join(parent, 'penstock-gateway-piped');
  mkdirSync(piped);
  execFileSync('mkfifo', [join(piped, 'owner.json')]);
  const file = join(parent, 'penstock-gateway-file');
  writeFileSync(file, 'x');

  new Scratch(parent).close();
  expect(existsSync(dead)).toBe(false);
  expect([join(outside, 'mine'), link, piped, file].every(existsSync)).toBe(true);
  rmSync(outside, { recursive: true });
});

test('a gateway leaves folders alone that other users own or can change', ({ skip }) => {
  const open = deadFolder('open');
  chmodSync(open, 0o777);
  new Scratch(parent).close();
  expect(existsSync(join(open, 'worker-1', 'upload'))).toBe(true);
  if (process.getuid!() !== 0) skip('only root can create files of another user');
  const foreign = deadFolder('foreign');
  chownSync(foreign, 65_534, 65_534);
  new Scratch(parent).close();
  expect(existsSync(join(foreign, 'worker-1', 'upload'))).toBe(true);
});

test('a temporary folder that cannot be used is an error that says why', () => {
  const file = join(parent, 'file');
  writeFileSync(file, 'x');
  for (const [path, reason] of [
    [join(parent, 'nothing'), 'it does not exist'],
    [file, 'it is not a folder'],
  ] as const) {
    expect(() => new Scratch(path)).toThrow(`Could not use the temporary folder. ${path}: ${reason}.`);
  }
});
