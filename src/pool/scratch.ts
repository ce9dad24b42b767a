import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processStart } from './process-table.js';

const PREFIX = 'penstock-gateway-';
const OWNER = 'owner.json';

/**
 * Interval of the heartbeat, and the time without one after which a gateway counts as dead. The heartbeat matters for
 * gateways in other containers that share the temporary folder: their process ids can't be looked up.
 */
const HEARTBEAT_INTERVAL_MS = 60_000;
const HEARTBEAT_TIMEOUT_MS = 15 * 60_000;

interface Owner {
  readonly pid: number;
  /** Start time of the process in kernel ticks: the pid may belong to another process by now. */
  readonly start: string | undefined;
  /** The pid namespace. */
  readonly space: string | undefined;
}

/**
 * The temporary files of one gateway's workers, in one folder per worker. Files that a killed R process leaves behind
 * are removed with its worker; files of a killed gateway are removed when the next gateway starts.
 */
export class Scratch {
  readonly path: string;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(parent: string = tmpdir()) {
    sweep(parent);
    this.path = mkdtempSync(join(parent, PREFIX));
    writeFileSync(join(this.path, OWNER), JSON.stringify(thisProcess()));
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_INTERVAL_MS);
    this.#heartbeat.unref();
  }

  /** The folder for a process, which `startR` creates. */
  folder(name: string): string {
    return join(this.path, name);
  }

  /** Removes the folder of a process that has ended. */
  discard(folder: string): void {
    rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {}); // the next sweep removes it
  }

  /** Removes all folders, after the last process has ended. */
  close(): void {
    clearInterval(this.#heartbeat);
    try {
      rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // a process that a handler started still writes there; the next gateway's sweep removes it
    }
  }

  #beat(): void {
    const now = new Date();
    try {
      utimesSync(join(this.path, OWNER), now, now);
    } catch {
      // the temporary folder was cleaned by another program
    }
  }
}

function thisProcess(): Owner {
  return { pid: process.pid, start: processStart(process.pid), space: pidSpace() };
}

function pidSpace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

/** Removes the folders of gateways that have ended. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    try {
      if (!isAlive(path)) rmSync(path, { recursive: true, force: true });
    } catch {
      // it belongs to another user, or another gateway sweeps at the same time
    }
  }
}

function isAlive(path: string): boolean {
  const file = join(path, OWNER);
  let owner: Owner;
  try {
    owner = JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return Date.now() - statSync(path).mtimeMs < HEARTBEAT_TIMEOUT_MS; // it is just being created
  }
  if (owner.space !== pidSpace()) return Date.now() - statSync(file).mtimeMs < HEARTBEAT_TIMEOUT_MS;
  if (owner.start !== undefined) return processStart(owner.pid) === owner.start;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
