import { describe, expect, test } from 'vitest';
import { availableCpus } from '../../src/config/cpus.js';

function system(files: Record<string, string>): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  };
}

describe('The number of CPUs', () => {
  test.each([
    ['the whole machine without a limit', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, 64],
    ["a container's limit", { '/sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
    ['a part of a CPU as one', { '/sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
    ['one and a half as two', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 2],
    ['no more than there are', { '/sys/fs/cgroup/cpu.max': '12800000 100000\n' }, 64],
    ['the machine where nothing can be read', {}, 64],
    ['the machine where something else is read', { '/sys/fs/cgroup/cpu.max': 'garbage' }, 64],
    [
      'a limit of the older kind',
      {
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      3,
    ],
    [
      'the machine where that says -1',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
      64,
    ],
  ])('is %s', (_, files, count) => {
    expect(availableCpus(system(files), 64)).toBe(count);
  });
});
