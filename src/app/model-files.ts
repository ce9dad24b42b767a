import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One version of a model in a folder of models. */
export interface ModelFile {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  /** Another one when the file has been written to. */
  readonly stamp: string;
}

const RDS = /\.rds$/i;

/** The files `NAME/VERSION.rds` of a folder, and `NAME.rds`, which is version 1; by name, the highest version last. */
export function modelFiles(folder: string): ModelFile[] {
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
  return found.sort((a, b) => a.name.localeCompare(b.name) || compareVersions(a.version, b.version));
}

/** The folder of models that a directory is or has; undefined if none. */
export function modelFolder(directory: string): string | undefined {
  return [join(directory, 'models'), directory].find((folder) => modelFiles(folder).length > 0);
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
    return []; // no folder, or one that is gone meanwhile
  }
}
