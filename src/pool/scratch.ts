import {
  mkdirSync,
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
 * Milliseconds after which a gateway says again that it lives, and after which one that can't be looked up, since it
 * runs in another container with the same temporary folder, is taken for dead.
 */
const SIGN_OF_LIFE = 60_000;
const SILENCE = 15 * 60_000;

interface Owner {
  readonly pid: number;
  /** When the process was started, as the kernel counts: a pid may be another's by now. */
  readonly start: string | undefined;
  /** The space that the pid is of. */
  readonly space: string | undefined;
}

/**
 * The temporary files of one gateway's workers, in a folder of each: what R leaves behind when it is killed goes with
 * the worker, and what a killed gateway has left goes when the next one starts.
 */
export class Scratch {
  readonly path: string;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(parent: string = tmpdir()) {
    sweep(parent);
    this.path = mkdtempSync(join(parent, PREFIX));
    writeFileSync(join(this.path, OWNER), JSON.stringify(thisProcess()));
    this.#heartbeat = setInterval(() => this.#beat(), SIGN_OF_LIFE);
    this.#heartbeat.unref();
  }

  /** Makes a folder for a process. */
  folder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  /** The process that had the folder has ended. */
  discard(folder: string): void {
    rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {}); // the sweep gets it
  }

  /** No process is left. */
  close(): void {
    clearInterval(this.#heartbeat);
    try {
      rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // something that a handler has started still writes there: the next gateway's sweep gets it
    }
  }

  #beat(): void {
    const now = new Date();
    try {
      utimesSync(join(this.path, OWNER), now, now);
    } catch {
      // somebody has emptied the temporary folder
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

/** Removes what gateways that are no more have left. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    try {
      if (!isAlive(path)) rmSync(path, { recursive: true, force: true });
    } catch {
      // another user's, or another gateway sweeps at the same time
    }
  }
}

function isAlive(path: string): boolean {
  const file = join(path, OWNER);
  let owner: Owner;
  try {
    owner = JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return Date.now() - statSync(path).mtimeMs < SILENCE; // it is just being made
  }
  if (owner.space !== pidSpace()) return Date.now() - statSync(file).mtimeMs < SILENCE;
  if (owner.start !== undefined) return processStart(owner.pid) === owner.start;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
