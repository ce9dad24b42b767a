import { readdirSync, readFileSync } from 'node:fs';

/** Resources that a process uses. */
export interface ResourceUsage {
  /** Its proportional set size in bytes: its own memory, and its share of memory that it shares with others. */
  readonly memory: number;
  /** Number of open files, sockets and pipes. */
  readonly descriptors: number;
}

/** Throws if the process has exited. */
export function resourceUsageOf(pid: number): ResourceUsage {
  const pss = /^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return { memory: Number(pss![1]) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/**
 * How much a series has grown from its second to its last third. Compares medians, because garbage collection makes the
 * values fluctuate. The first third is warm-up.
 */
export function growth(series: readonly number[]): number {
  const third = Math.floor(series.length / 3);
  return median(series.slice(-third)) - median(series.slice(third, 2 * third));
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1]!;
}
