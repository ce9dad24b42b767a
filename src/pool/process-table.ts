import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import type { WorkerExit } from './worker-exit.js';

/** The fields of `/proc/<pid>/stat` after the program's name, which may hold anything; undefined without them. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** When a process was started, as the kernel counts; undefined if there is none, or no /proc. */
export function processStart(pid: number): string | undefined {
  return statFields(pid)?.[19];
}
/** Whether a process has been stopped by a signal, and not by a debugger. */
export function isStopped(pid: number): boolean {
  return statFields(pid)?.[0] === 'T';
}

/** How a process ended whose parent has not asked yet; 'gone' if it has, undefined while it runs. */
export function processEnd(pid: number): WorkerExit | 'gone' | undefined {
  const fields = statFields(pid);
  if (fields === undefined) return 'gone';
  const [state] = fields;
  if (state !== 'Z' && state !== 'X') return undefined;
  // As wait() would give it: see proc(5), exit_code.
  const status = Number(fields[49]);
  const number = status & 0x7f;
  if (number === 0) return { code: (status >> 8) & 0xff, signal: null };
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return { code: null, signal: (found?.[0] as NodeJS.Signals | undefined) ?? null };
}

/**
 * Nanoseconds in which a process has run, or has waited for a CPU to run on; undefined where the kernel does not say.
 * Of its first thread only, which is R's.
 */
export function cpuDemand(pid: number): number | undefined {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ');
    return Number(ran) + Number(waited);
  } catch {
    return undefined;
  }
}

/**
 * Bytes of memory that a process is to blame for (PSS): what it shares with others counts in parts. Undefined up to
 * `above` bytes, which is cheaper to see, and where the kernel does not say. It takes the kernel milliseconds to add it
 * up for a large process: in a thread, so that nothing waits.
 */
export async function processMemory(pid: number, above: number): Promise<number | undefined> {
  try {
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'latin1'));
    if (resident === null || Number(resident[1]) * 1024 <= above) return undefined;
    const pss = /^Pss:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'latin1'));
    return pss === null ? undefined : Number(pss[1]) * 1024;
  } catch {
    return undefined;
  }
}
