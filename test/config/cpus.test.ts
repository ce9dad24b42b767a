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
    ['that of the machine without a limit', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, 64],
    ["the container's limit", { '/sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
    ['one for a fraction of a CPU', { '/sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
    ['two for one and a half CPUs', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 2],
    ['at most that of the machine', { '/sys/fs/cgroup/cpu.max': '12800000 100000\n' }, 64],
    ['that of the machine if no limit can be read', {}, 64],
    ['that of the machine if the limit is invalid', { '/sys/fs/cgroup/cpu.max': 'garbage' }, 64],
    [
      'the limit of cgroup v1',
      {
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      3,
    ],
    [
      'that of the machine if the limit of cgroup v1 is -1',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
      64,
    ],
  ])('is %s', (_, files, count) => {
    expect(availableCpus(system(files), 64)).toBe(count);
  });
});
