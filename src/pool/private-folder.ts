import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PenstockError } from '../errors.js';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** Largest file that is read. */
const MAX_FILE_BYTES = 4096;

/** Creates a folder in the temporary folder that only this user can read. Fails with `temporary_folder`. */
export function createPrivateFolder(prefix: string, parent: string = tmpdir()): string {
  try {
    return mkdtempSync(join(parent, prefix));
  } catch (error) {
    throw temporaryFolderError(error, parent);
  }
}

export function temporaryFolderError(error: unknown, parent: string): PenstockError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: 'no permission to write to it',
    EDQUOT: 'the disk quota is used up',
    ENOENT: 'it does not exist',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'it is not a folder',
    EROFS: 'it is read-only',
  };
  return new PenstockError('temporary_folder', `${parent}: ${reasons[code] ?? message}.`);
}

/**
 * An existing folder that may be shared with other users: it is only used if it belongs to this user and nobody else may
 * change it. It is opened first and looked at through its descriptor, so that nobody can replace it meanwhile.
 */
export class PrivateFolder {
  readonly #fd: number;
  /** Leads to the open folder, even if something else has got its name. */
  readonly path: string;

  private constructor(fd: number, name: string) {
    this.#fd = fd;
    const path = `/proc/self/fd/${fd}`;
    this.path = existsSync(path) ? path : name;
  }

  /** Undefined if there is no such folder, it is a link, or other users can change it. */
  static open(name: string): PrivateFolder | undefined {
    let fd: number;
    try {
      fd = openSync(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    } catch {
      return undefined;
    }
    const { mode, uid } = fstatSync(fd);
    if (uid === process.getuid?.() && (mode & 0o022) === 0) return new PrivateFolder(fd, name);
    closeSync(fd);
    return undefined;
  }

  get stats(): Stats {
    return fstatSync(this.#fd);
  }

  /** The text of a small file and its state; undefined if it is not a file of this user. Never waits for a pipe. */
  read(name: string): { text: string; stats: Stats } | undefined {
    let fd: number;
    try {
      fd = openSync(join(this.path, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch {
      return undefined;
    }
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile() || stats.uid !== process.getuid?.()) return undefined;
      const bytes = Buffer.alloc(MAX_FILE_BYTES);
      return { text: bytes.toString('utf8', 0, readSync(fd, bytes)), stats };
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
