import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One version of a model in a folder of models. */
export interface ModelFile {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  /** Changes when the file is written. */
  readonly stamp: string;
}

const RDS = /\.rds$/i;

/**
 * The files `NAME/VERSION.rds` and `NAME.rds` (version 1) of a folder, sorted by name and ascending version.
 *
 * @param called the name of the first model, in place of its file's
 */
export function modelFiles(folder: string, called?: string): ModelFile[] {
  const found: ModelFile[] = [];
  for (const entry of entries(folder)) {
    const path = join(folder, entry);
    if (RDS.test(entry)) add(found, entry.replace(RDS, ''), '1', path);
    else {
      for (const file of entries(path)) {
        if (RDS.test(file)) add(found, entry, file.replace(RDS, ''), join(path, file));
      }
    }
  }
  found.sort((a, b) => a.name.localeCompare(b.name) || compareVersions(a.version, b.version));
  const [first] = found;
  return called === undefined
    ? found
    : found.map((file) => (file.name === first!.name ? { ...file, name: called } : file));
}

/** The directory's subfolder `models`, or the directory itself; undefined if neither contains models. */
export function modelFolder(directory: string): string | undefined {
  return [join(directory, 'models'), directory].find((folder) => modelFiles(folder).length > 0);
}

/**
 * The model's file in a pin of the R package pins, or in its newest version: a folder with `data.txt` and the file.
 * Undefined for other directories.
 */
export function pinnedFile(directory: string): string | undefined {
  const versions = entries(directory).sort().reverse();
  for (const version of ['.', ...versions]) {
    const names = entries(join(directory, version));
    const model = names.find((name) => RDS.test(name));
    if (names.includes('data.txt') && model !== undefined) return join(version, model);
  }
  return undefined;
}

/** 1.10 comes after 1.9. */
export function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

function add(found: ModelFile[], name: string, version: string, file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return;
  found.push({ name, version, file, stamp: `${stats.ino}-${stats.size}-${Math.round(stats.mtimeMs)}` });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    return []; // not a folder, or deleted meanwhile
  }
}
