import { readFile } from 'node:fs/promises';

/** Resident memory of a process in bytes, shared pages included; undefined if there is no such process or no /proc. */
export async function residentMemory(pid: number): Promise<number | undefined> {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
