import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Number of CPUs that this process can use. Node's own count respects the affinity mask but not a container's CPU
 * quota: a pod limited to 2 CPUs on a machine with 64 would start 64 R processes.
 */
export function availableCpus(
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
  machine: number = availableParallelism(),
): number {
  const quota = cgroup2Quota(read) ?? cgroup1Quota(read);
  return quota === undefined ? machine : Math.max(1, Math.min(machine, Math.ceil(quota)));
}

/** `cpu.max` contains "<quota> <period>" in microseconds, or "max <period>" without a limit. */
function cgroup2Quota(read: (path: string) => string): number | undefined {
  const text = readIfPresent(read, '/sys/fs/cgroup/cpu.max');
  const [quota, period] = text?.trim().split(/\s+/) ?? [];
  return ratio(quota, period);
}

function cgroup1Quota(read: (path: string) => string): number | undefined {
  return ratio(
    readIfPresent(read, '/sys/fs/cgroup/cpu/cpu.cfs_quota_us'),
    readIfPresent(read, '/sys/fs/cgroup/cpu/cpu.cfs_period_us'),
  );
}

/** Without a quota, the file contains "max" (cgroup v2) or -1 (cgroup v1). */
function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const value = Number(quota) / Number(period);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function readIfPresent(read: (path: string) => string, path: string): string | undefined {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}
