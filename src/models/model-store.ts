import { constants, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ModelFile } from '../app/model-files.js';
import { createPrivateFolder } from '../pool/private-folder.js';
import { rList, rString, writeRData } from '../rdata/index.js';

/** A model's file, and the copy of it that the workers read. */
export interface StoredModel extends ModelFile {
  readonly copy: string;
  /** The name of this content in workers. Changes with the file. */
  readonly loadedAs: string;
}

/**
 * Private copies of model files, and the list of copies that workers read. Overwriting or removing a file does not affect
 * the served models, and workers that start later load the same content.
 */
export class ModelStore {
  readonly #folder = createPrivateFolder('penstock-models-');
  readonly list = join(this.#folder, 'list');
  #copies = 0;
  /** Contents of the last two lists: queued requests may still need the older one. */
  #listed: readonly StoredModel[] = [];
  #before: readonly StoredModel[] = [];

  add(file: ModelFile): StoredModel {
    this.#copies += 1;
    // Keeps the file name, since R's messages contain it.
    const copy = join(this.#folder, String(this.#copies), basename(file.file));
    mkdirSync(dirname(copy));
    copyFileSync(file.file, copy, constants.COPYFILE_FICLONE);
    return { ...file, copy, loadedAs: `${file.name}/${file.version}#${this.#copies}` };
  }

  remove({ copy }: StoredModel): void {
    rmSync(dirname(copy), { recursive: true, force: true });
  }

  /** Writes the list: `served` models are loaded by each new worker, `more` only on request. */
  write(served: readonly StoredModel[], more: readonly StoredModel[] = []): void {
    const kept = new Set([...served, ...more]);
    for (const old of this.#before) if (!kept.has(old) && !this.#listed.includes(old)) this.remove(old);
    const before = this.#listed.filter((old) => !kept.has(old));
    const entry = ({ copy, loadedAs, name, version }: StoredModel, loading: string) =>
      rString([loadedAs, name, version, copy, loading]);
    const entries = [
      ...served.map((model) => entry(model, 'now')),
      ...[...more, ...before].map((model) => entry(model, 'later')),
    ];
    const draft = `${this.list}.new`;
    writeFileSync(draft, writeRData(rList(entries)));
    renameSync(draft, this.list);
    this.#before = before;
    this.#listed = [...served, ...more];
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
