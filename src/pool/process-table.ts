import { readFileSync } from 'node:fs';

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
