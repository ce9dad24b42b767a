import type { ModelDescription } from '../app/model-description.js';
import type { ModelFile } from '../app/model-files.js';
import type { ServedModel } from '../app/model-schema.js';
import type { ModelStore, StoredModel } from './model-store.js';

/** The folder is polled, since container and cluster file systems report few changes. */
const POLL_INTERVAL_MS = 1000;

/** A served model and the copy of its file. */
export interface Loaded {
  readonly stored: StoredModel;
  readonly model: ServedModel;
}

/** The steps to serve a new version. */
export interface UpdateSteps {
  /** Loads the model in a separate process. */
  describe(stored: StoredModel): Promise<ModelDescription>;
  /** Fails if the model's settings do not match the object. */
  complete(stored: StoredModel, found: ModelDescription): ServedModel;
  /** Loads the model in the workers, and completes it with what its predictions show. */
  warm(model: ServedModel): Promise<ServedModel>;
  /** Replaces the served models. */
  serve(models: readonly ServedModel[]): void;
  rejected(file: ModelFile, error: unknown): void;
  added(file: ModelFile): void;
  removed(file: ModelFile): void;
}

/**
 * Watches a folder of models. A new or changed version is first loaded and tried. If it works, it serves all requests from
 * then on.
 */
export class ModelUpdates {
  readonly #files: () => ModelFile[];
  readonly #store: ModelStore;
  readonly #steps: UpdateSteps;
  readonly #served = new Map<string, Loaded>();
  /** Stamps by file, from the last scan. */
  #seen = new Map<string, string>();
  readonly #rejected = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** The current or last scan. */
  #scanning: Promise<void> = Promise.resolve();
  /** Errors of the last scan. */
  #errors: unknown[] = [];

  /** @param files lists the files of the folder */
  constructor(files: () => ModelFile[], store: ModelStore, steps: UpdateSteps) {
    this.#files = files;
    this.#store = store;
    this.#steps = steps;
  }

  /** @param bad files that did not load; they are only tried again after a change */
  start(served: readonly Loaded[], bad: readonly ModelFile[]): void {
    for (const one of served) this.#served.set(one.stored.file, one);
    for (const { file, stamp } of bad) this.#rejected.set(file, stamp);
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.scan().finally(() => this.#next());
    }, POLL_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Scans the folder. Files that changed since the last scan may be incomplete, and wait for the next. */
  scan(): Promise<void> {
    this.#scanning = this.#scanning.then(() => this.#scan(false));
    return this.#scanning;
  }

  /** Loads changed files immediately. Fails with the first error, after trying all files. */
  async lookNow(): Promise<void> {
    this.#scanning = this.#scanning.then(() => this.#scan(true));
    await this.#scanning;
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  async #scan(now: boolean): Promise<void> {
    this.#errors = [];
    const files = this.#files();
    const seen = this.#seen;
    this.#seen = new Map(files.map(({ file, stamp }) => [file, stamp]));
    this.#remove(new Set([...seen.keys(), ...this.#seen.keys()]));
    for (const file of files) {
      const known = this.#served.get(file.file)?.stored.stamp ?? this.#rejected.get(file.file);
      const bad = this.#rejected.get(file.file) === file.stamp;
      if (known === file.stamp || bad || (!now && seen.get(file.file) !== file.stamp)) continue;
      await this.#adopt(file);
      if (this.#stopped) return;
    }
  }

  /** Stops serving files that were missing in two scans, unless no model would be left. */
  #remove(there: ReadonlySet<string>): void {
    const gone = [...this.#served.values()].filter(({ stored }) => !there.has(stored.file));
    if (gone.length === 0 || gone.length === this.#served.size) return;
    for (const { stored } of gone) this.#served.delete(stored.file);
    this.#publish();
    for (const { stored } of gone) this.#steps.removed(stored);
  }

  async #adopt(file: ModelFile): Promise<void> {
    let stored: StoredModel | undefined;
    try {
      stored = this.#store.add(file);
      const described = this.#steps.complete(stored, await this.#steps.describe(stored));
      this.#store.write(this.#copies, [stored]);
      const model = await this.#steps.warm(described);
      if (this.#stopped) return;
      this.#served.set(file.file, { stored, model });
      this.#rejected.delete(file.file);
      this.#publish();
      this.#steps.added(file);
    } catch (error) {
      if (this.#stopped) return;
      this.#rejected.set(file.file, file.stamp);
      this.#store.write(this.#copies);
      if (stored !== undefined) this.#store.remove(stored);
      this.#steps.rejected(file, error);
      this.#errors.push(error);
    }
  }

  get #copies(): StoredModel[] {
    return [...this.#served.values()].map(({ stored }) => stored);
  }

  #publish(): void {
    this.#store.write(this.#copies);
    this.#steps.serve([...this.#served.values()].map(({ model }) => model));
  }
}
