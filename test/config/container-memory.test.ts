import { expect, test } from 'vitest';
import { containerMemory, workersIn } from '../../src/config/container-memory.js';
import { workers } from '../../src/config/kinds.js';

const system = (files: Record<string, string>) => (path: string) => {
  const text = files[path];
  if (text === undefined) throw new Error(`ENOENT: ${path}`);
  return text;
};

test.each([
  ['none is set', { '/sys/fs/cgroup/memory.max': 'max\n' }],
  ['none is set in cgroup v1', { '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' }],
  ['there are no cgroups', {}],
])('a container has no memory limit if %s', (_what, files) => {
  expect(containerMemory(system(files))).toBeUndefined();
});

test('the memory of a container is what the kernel cannot free by itself', () => {
  const second = containerMemory(
    system({
      '/sys/fs/cgroup/memory.max': '300000000\n',
      '/sys/fs/cgroup/memory.current': '250000000\n',
      '/sys/fs/cgroup/memory.stat': 'anon 1\nfile 2\ninactive_file 50000000\nactive_file 10000000\n',
    }),
  );
  expect([second?.limit, second?.used()]).toEqual([300_000_000, 190_000_000]);
  const first = containerMemory(
    system({
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '300\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '200\n',
      '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 9\ntotal_inactive_file 20\ntotal_active_file 5\n',
    }),
  );
  expect([first?.limit, first?.used()]).toEqual([300, 175]);
});

test('the number of workers follows the memory of the container too', () => {
  const auto = (mebibytes: number | undefined) => {
    const memory = () => (mebibytes === undefined ? undefined : mebibytes * 2 ** 20);
    return workers(() => 8, memory).parse('auto')?.max;
  };
  expect([300, 512, 4096, undefined].map(auto)).toEqual([1, 3, 8, 8]);
  expect(workersIn(0)).toBe(1);
});
