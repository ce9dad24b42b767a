import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/** Milliseconds without a further event after which a change counts as complete: editors write in several steps. */
const QUIET = 30;

/** Milliseconds between looks at the known files: some file systems of containers tell of no changes. */
const INTERVAL = 1000;

/** Folders that are looked into at most, and those whose R files are not the app's. */
const MOST_FOLDERS = 2000;
const FOREIGN = new Set(['node_modules', 'renv', 'packrat']);

const R_FILE = /(\.r|^\.Rprofile|^\.Renviron)$/i;

/** Follows every R file of a folder, and whatever other files it is told to. */
export class FileWatch {
  readonly #folder: string;
  readonly #changed: (files: readonly string[]) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #others: readonly string[] = [];
  #stamps = new Map<string, string>();
  #quiet: NodeJS.Timeout | undefined;
  readonly #interval: NodeJS.Timeout;

  /** @param changed hears of files that are new, gone or other than before */
  constructor(folder: string, changed: (files: readonly string[]) => void) {
    this.#folder = folder;
    this.#changed = changed;
    this.#stamps = this.#look();
    this.#interval = setInterval(() => this.#compare(new Map(this.#known())), INTERVAL);
  }

  /** From now on these too, wherever they are. */
  follow(files: readonly string[]): void {
    this.#others = files;
    const stamps = this.#look();
    // What has changed since the last look is still to be told.
    for (const [file, stamp] of stamps) if (!this.#stamps.has(file)) this.#stamps.set(file, stamp);
    for (const file of this.#stamps.keys()) if (!stamps.has(file)) this.#stamps.delete(file);
  }

  close(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#quiet);
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #look(): Map<string, string> {
    const folders = [this.#folder];
    const files = new Set(this.#others);
    for (let at = 0; at < folders.length && at < MOST_FOLDERS; at += 1) {
      const folder = folders[at]!;
      for (const entry of entriesOf(folder)) {
        if (entry.isDirectory()) {
          if (!entry.name.startsWith('.') && !FOREIGN.has(entry.name)) folders.push(join(folder, entry.name));
        } else if (R_FILE.test(entry.name)) files.add(join(folder, entry.name));
      }
    }
    this.#watch(new Set([...folders.slice(0, MOST_FOLDERS), ...[...files].map((file) => dirname(file))]));
    return new Map([...files].map((file) => [file, stampOf(file)]));
  }

  *#known(): Iterable<[string, string]> {
    for (const file of this.#stamps.keys()) yield [file, stampOf(file)];
  }

  /** Whole folders: a file that is replaced is another one to the system. */
  #watch(folders: ReadonlySet<string>): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, () => this.#soon());
        watcher.on('error', () => {}); // the folder is gone, which its own folder tells
        this.#watchers.set(folder, watcher);
      } catch {
        // the system has no more watches: the interval finds changes of known files
      }
    }
  }

  #soon(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#compare(this.#look()), QUIET);
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
    return []; // just removed, or not ours to read
  }
}

/** Another one after each change; empty without a file. */
function stampOf(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return '';
  }
}
