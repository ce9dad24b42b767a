import { readdirSync, readlinkSync, rmdirSync, rmSync, type Stats, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateFolder, PrivateFolder, temporaryFolderError } from './private-folder.js';
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
    this.path = createPrivateFolder(PREFIX, parent);
    try {
      writeFileSync(join(this.path, OWNER), JSON.stringify(thisProcess()));
    } catch (error) {
      throw temporaryFolderError(error, parent);
    }
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

/** Removes the folders of this user's gateways that have ended. */
function sweep(parent: string): void {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch (error) {
    throw temporaryFolderError(error, parent);
  }
  for (const name of names) if (name.startsWith(PREFIX)) sweepFolder(join(parent, name));
}

function sweepFolder(name: string): void {
  const folder = PrivateFolder.open(name);
  if (folder === undefined) return;
  try {
    if (isAlive(folder)) return;
    for (const entry of readdirSync(folder.path)) {
      rmSync(join(folder.path, entry), { recursive: true, force: true });
    }
    rmdirSync(name);
  } catch {
    // another gateway sweeps at the same time
  } finally {
    folder.close();
  }
}

function isAlive(folder: PrivateFolder): boolean {
  const file = folder.read(OWNER);
  let owner: Owner;
  try {
    owner = JSON.parse(file?.text ?? '') as Owner;
  } catch {
    return isRecent(folder.stats); // it is just being created
  }
  if (owner.space !== pidSpace()) return isRecent(file!.stats);
  if (owner.start !== undefined) return processStart(owner.pid) === owner.start;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isRecent({ mtimeMs }: Stats): boolean {
  return Date.now() - mtimeMs < HEARTBEAT_TIMEOUT_MS;
}
