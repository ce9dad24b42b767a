import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds. */
export interface Holding {
  /** Bytes of its own, and its share of those that it has in common with others. */
  readonly memory: number;
  /** Files, sockets and pipes. */
  readonly descriptors: number;
}

/** Fails if the process has ended. */
export function holdingOf(pid: number): Holding {
  const pss = /^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return { memory: Number(pss![1]) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/**
 * By how much a series has grown between its second and its last third: medians, since collectors of garbage make it
 * swing. The first third is for warming up.
 */
export function growth(series: readonly number[]): number {
  const third = Math.floor(series.length / 3);
  return median(series.slice(-third)) - median(series.slice(third, 2 * third));
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1]!;
}
