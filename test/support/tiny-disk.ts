import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a few kilobytes and files, which a test can fill. Requires the right to mount one. */
export class TinyDisk {
  readonly path = mkdtempSync(join(tmpdir(), 'penstock-disk-'));
  #files = 0;

  /** @param size bytes and number of files, as options of tmpfs */
  constructor(size: string) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', this.path], { stdio: 'ignore' });
  }

  /** Why this machine has none; undefined if it does. */
  static get obstacle(): string | undefined {
    try {
      new TinyDisk('size=64k').remove();
      return undefined;
    } catch {
      return 'may not mount a tmpfs here: run as root';
    }
  }

  /** Writes until there is no room for another byte. */
  fill(): string {
    const name = join(this.path, 'filling');
    const file = openSync(name, 'w');
    try {
      for (let size = 65_536; size > 0; size = Math.floor(size / 2)) fillWith(file, size);
    } finally {
      closeSync(file);
    }
    return name;
  }

  /** Creates files until there is no room for another. */
  useUpFiles(): string[] {
    const names: string[] = [];
    for (;;) {
      this.#files += 1;
      const name = join(this.path, `file-${this.#files}`);
      try {
        writeFileSync(name, '');
      } catch {
        return names;
      }
      names.push(name);
    }
  }

  remove(): void {
    execFileSync('umount', ['-l', this.path]);
    rmdirSync(this.path);
  }
}

function fillWith(file: number, size: number): void {
  const bytes = Buffer.alloc(size);
  try {
    for (;;) if (writeSync(file, bytes) < size) return;
  } catch {
    // full
  }
}
