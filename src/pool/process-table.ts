import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import type { WorkerExit } from './worker-exit.js';

/** The fields of `/proc/<pid>/stat` after the program name, which may contain anything; undefined if unavailable. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Start time of a process in kernel ticks; undefined if there is no such process or no /proc. */
export function processStart(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** Whether a process is stopped by a signal (not by a debugger). */
export function isStopped(pid: number): boolean {
  return statFields(pid)?.[0] === 'T';
}

/**
 * Exit status of a process that its parent has not reaped; 'gone' if it has been reaped, undefined while it runs. If there
 * are no file descriptors to look with, it is 'unknown'.
 */
export function processEnd(pid: number): WorkerExit | 'gone' | 'unknown' | undefined {
  const fields = statFields(pid);
  if (fields === undefined) return exists(pid) ? 'unknown' : 'gone';
  const [state] = fields;
  if (state !== 'Z' && state !== 'X') return undefined;
  // The same encoding as in wait(): see proc(5), exit_code.
  const status = Number(fields[49]);
  const number = status & 0x7f;
  if (number === 0) return { code: (status >> 8) & 0xff, signal: null };
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return { code: null, signal: (found?.[0] as NodeJS.Signals | undefined) ?? null };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** How long the first thread of a process, which is R's, has run or waited for a CPU, in ns; undefined if unknown. */
export function cpuDemand(pid: number): number | undefined {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ');
    return Number(ran) + Number(waited);
  } catch {
    return undefined;
  }
}

/**
 * Memory of a process in bytes, as PSS: shared pages count in proportion. Undefined if unknown, or if the resident
 * memory, which is cheaper to read, is at most `above` bytes. Computing PSS takes the kernel milliseconds for a large
 * process, so a thread reads it.
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
