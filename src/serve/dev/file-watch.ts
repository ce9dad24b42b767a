import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/** A change is complete after this time without another event, since editors write files in several steps. */
const SETTLE_MS = 30;

/** Known files are also polled: some container file systems report no changes. */
const POLL_INTERVAL_MS = 1000;

const MAX_FOLDERS = 2000;
/** Folders whose R files do not belong to the app. */
const IGNORED_FOLDERS = new Set(['node_modules', 'renv', 'packrat']);

const R_FILE = /(\.r|^\.Rprofile|^\.Renviron)$/i;

/** The stamp of a file that has changed since it was read. */
const CHANGED = 'changed';

/** Watches all R files of a folder, and other given files. */
export class FileWatch {
  readonly #folder: string;
  readonly #changed: (files: readonly string[]) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #others: readonly string[] = [];
  #stamps = new Map<string, string>();
  #settle: NodeJS.Timeout | undefined;
  readonly #interval: NodeJS.Timeout;

  /** @param changed called with new, removed and changed files */
  constructor(folder: string, changed: (files: readonly string[]) => void) {
    this.#folder = folder;
    this.#changed = changed;
    this.#stamps = this.#scan();
    this.#interval = setInterval(() => this.#compare(new Map(this.#known())), POLL_INTERVAL_MS);
  }

  /**
   * Replaces the other files. They may be anywhere.
   *
   * @param readSince when the app began to read them, in ms since 1970: files that have changed since are reported
   */
  follow(files: readonly string[], readSince: number): void {
    this.#others = files;
    const stamps = this.#scan();
    // Keep the stamps of known files, so that changes since the last scan are still reported.
    for (const [file, stamp] of stamps) {
      if (this.#stamps.has(file)) continue;
      const isLate = changeTime(file) > readSince;
      this.#stamps.set(file, isLate ? CHANGED : stamp);
      if (isLate) this.#scanSoon();
    }
    for (const file of this.#stamps.keys()) if (!stamps.has(file)) this.#stamps.delete(file);
  }

  close(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#settle);
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #scan(): Map<string, string> {
    const folders = [this.#folder];
    const files = new Set(this.#others);
    for (let at = 0; at < folders.length && at < MAX_FOLDERS; at += 1) {
      const folder = folders[at]!;
      for (const entry of entriesOf(folder)) {
        if (entry.isDirectory()) {
          if (!entry.name.startsWith('.') && !IGNORED_FOLDERS.has(entry.name))
            folders.push(join(folder, entry.name));
        } else if (R_FILE.test(entry.name)) files.add(join(folder, entry.name));
      }
    }
    this.#watch(new Set([...folders.slice(0, MAX_FOLDERS), ...[...files].map((file) => dirname(file))]));
    return new Map([...files].map((file) => [file, stampOf(file)]));
  }

  *#known(): Iterable<[string, string]> {
    for (const file of this.#stamps.keys()) yield [file, stampOf(file)];
  }

  /** Watches folders, not files: the system treats a replaced file as a different file. */
  #watch(folders: ReadonlySet<string>): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, () => this.#scanSoon());
        watcher.on('error', () => {}); // the folder was removed, which its parent reports
        this.#watchers.set(folder, watcher);
      } catch {
        // no more watches available: polling still finds changes of known files
      }
    }
  }

  #scanSoon(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#compare(this.#scan()), SETTLE_MS);
  }

  #compare(now: Map<string, string>): void {
    const before = this.#stamps;
    this.#stamps = now;
    const changed = [...now].filter(([file, stamp]) => before.get(file) !== stamp).map(([file]) => file);
    const gone = [...before].filter(([file, stamp]) => stamp !== '' && !now.has(file)).map(([file]) => file);
    if (changed.length + gone.length > 0) this.#changed([...changed, ...gone]);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // just removed, or not readable
  }
}

/** Differs after each change. Empty if there is no file. */
function stampOf(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return '';
  }
}

/** When a file was written, created or renamed, in ms since 1970; 0 if there is none. */
function changeTime(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}
