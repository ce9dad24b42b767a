import { readFileSync } from 'node:fs';

const MIB = 2 ** 20;
/** An idle gateway, with room for requests. */
const GATEWAY_BYTES = 160 * MIB;
/** A worker that has loaded plumber and a small app, with room for requests. The example's has 75 MiB. */
const WORKER_BYTES = 100 * MIB;

/** The files of a container's memory, in the order of asking: cgroup v2, then v1. */
const versions = [
  { folder: '/sys/fs/cgroup', limit: 'memory.max', used: 'memory.current', total: '' },
  {
    folder: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    total: 'total_',
  },
] as const;

type Read = (path: string) => string;

const readSystem: Read = (path) => readFileSync(path, 'utf8');

/** The memory of this container. */
export interface ContainerMemory {
  /** In bytes. Above it, the kernel kills processes of the container, or all of them. */
  readonly limit: number;
  /** What the kernel cannot free by itself, in bytes. */
  used(): number;
}

/** Undefined without a limit. */
export function containerMemory(read: Read = readSystem): ContainerMemory | undefined {
  for (const { folder, limit: file, total, used } of versions) {
    const limit = numberIn(read, `${folder}/${file}`);
    // Without a limit, the file contains "max" (cgroup v2) or nearly 2^63 (cgroup v1).
    if (limit === undefined || limit > 2 ** 50) continue;
    return {
      limit,
      used() {
        // The cache of files, which the kernel drops before it kills anything.
        const cached = new RegExp(`^${total}(?:in)?active_file (\\d+)$`, 'gm');
        const stat = textIn(read, `${folder}/memory.stat`) ?? '';
        const cache = [...stat.matchAll(cached)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
        return (numberIn(read, `${folder}/${used}`) ?? 0) - cache;
      },
    };
  }
  return undefined;
}

/** How many workers of a small app fit into this memory, at least one. */
export function workersIn(bytes: number): number {
  return Math.max(1, Math.floor((bytes - GATEWAY_BYTES) / WORKER_BYTES));
}

function numberIn(read: Read, path: string): number | undefined {
  const value = Number.parseInt(textIn(read, path) ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
}

function textIn(read: Read, path: string): string | undefined {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}
