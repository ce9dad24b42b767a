import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly isR: boolean;
}

/** Peaks of the resident set size, in MB. */
export interface Peak {
  readonly server: number;
  /** The R process with the highest peak. */
  readonly r: number;
  readonly sum: number;
}

/** The server that listens at an address of this machine and its child processes, with their peaks from Linux. */
export class Memory {
  readonly #server: number;

  constructor(origin: string) {
    this.#server = listenerOn(Number(new URL(origin).port));
  }

  /** Resets the peaks. */
  reset(): void {
    for (const { pid } of this.#processes()) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  }

  peak(): Peak {
    const processes = this.#processes();
    const peaks = processes.filter(({ isR }) => isR).map(({ pid }) => peakOf(pid));
    const server = processes.find(({ isR, pid }) => !isR && pid === this.#server);
    const r = Math.max(...peaks);
    const mb = server === undefined ? 0 : peakOf(server.pid);
    return { server: mb, r, sum: mb + r };
  }

  /** The server and all its descendants. */
  #processes(): Process[] {
    const all = processesNow();
    const found = all.filter(({ pid }) => pid === this.#server);
    for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
    return found;
  }
}

function peakOf(pid: number): number {
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
  return (Number(kilobytes) * 1024) / 1e6;
}

const pids = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

function processesNow(): Process[] {
  return pids().flatMap((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const name = /^Name:\s*(.*)$/m.exec(status)![1];
      return [{ pid, parent: Number(/^PPid:\s*(\d+)$/m.exec(status)![1]), isR: name === 'R' }];
    } catch {
      return []; // the process has exited meanwhile
    }
  });
}

/** The process that listens on a port. */
function listenerOn(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = new RegExp(`:${hex} \\S+ 0A (?:\\S+ ){5}(\\d+)`, 'm');
  const inode = ['tcp', 'tcp6']
    .map((table) => listening.exec(readFileSync(`/proc/net/${table}`, 'utf8').replace(/ +/g, ' '))?.[1])
    .find((found) => found !== undefined);
  const found = pids().find((pid) => socketsOf(pid).includes(`socket:[${inode}]`));
  if (inode === undefined || found === undefined) throw new Error(`No process listens on port ${port}.`);
  return found;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return []; // a process of another user, or an exited one
  }
}
