import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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
