import { constants, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ModelFile } from '../app/model-files.js';

/** A model's file, and the copy of it that the workers read. */
export interface StoredModel extends ModelFile {
  readonly copy: string;
  /** What the workers know this content as: another one when the file has changed. */
  readonly loadedAs: string;
}

/**
 * Private copies of the files of models, and the list of them that workers read. A file that is overwritten or removed
 * does not touch what is served, and a worker that starts later loads what the others have.
 */
export class ModelStore {
  readonly #folder = mkdtempSync(join(tmpdir(), 'penstock-models-'));
  readonly list = join(this.#folder, 'list');
  #copies = 0;
  /** What the last list had, and the one before it: requests that wait may still ask for it. */
  #listed: readonly StoredModel[] = [];
  #before: readonly StoredModel[] = [];

  add(file: ModelFile): StoredModel {
    this.#copies += 1;
    // Under its own name, which stands in R's messages.
    const copy = join(this.#folder, String(this.#copies), basename(file.file));
    mkdirSync(dirname(copy));
    copyFileSync(file.file, copy, constants.COPYFILE_FICLONE);
    return { ...file, copy, loadedAs: `${file.name}/${file.version}#${this.#copies}` };
  }

  remove({ copy }: StoredModel): void {
    rmSync(dirname(copy), { recursive: true, force: true });
  }

  /** Lists what is served, which each new worker loads, and what is only to be found when it is asked for. */
  write(served: readonly StoredModel[], more: readonly StoredModel[] = []): void {
    const kept = new Set([...served, ...more]);
    for (const old of this.#before) if (!kept.has(old) && !this.#listed.includes(old)) this.remove(old);
    const before = this.#listed.filter((old) => !kept.has(old));
    const line = (model: StoredModel, loading: string) =>
      [model.loadedAs, model.name, model.version, model.copy, loading].join('\t');
    const lines = [
      ...served.map((model) => line(model, 'now')),
      ...[...more, ...before].map((model) => line(model, 'later')),
    ];
    const draft = `${this.list}.new`;
    writeFileSync(draft, `${lines.join('\n')}\n`);
    renameSync(draft, this.list);
    this.#before = before;
    this.#listed = [...served, ...more];
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
