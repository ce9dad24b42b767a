import type { ModelDescription } from '../app/model-description.js';
import { type ModelFile, modelFiles } from '../app/model-files.js';
import type { ServedModel } from '../app/model-schema.js';
import type { ModelStore, StoredModel } from './model-store.js';

/** Milliseconds between looks at the folder. File systems of containers and clusters tell of few changes themselves. */
const INTERVAL = 1000;

/** A model that is served, and the copy of its file that it came from. */
export interface Loaded {
  readonly stored: StoredModel;
  readonly model: ServedModel;
}

/** What it takes to bring a new version into service. */
export interface UpdateSteps {
  /** Loads it in a process of its own. */
  describe(stored: StoredModel): Promise<ModelDescription>;
  /** Fails if the model's settings and the object don't fit. */
  complete(stored: StoredModel, found: ModelDescription): ServedModel;
  /** Loads it in the workers that serve. */
  warm(model: ServedModel): Promise<void>;
  /** From now on these are served. */
  serve(models: readonly ServedModel[]): void;
  refused(file: ModelFile, error: unknown): void;
  added(file: ModelFile): void;
  removed(file: ModelFile): void;
}

/**
 * Follows the files of a folder of models. A new or changed version is loaded and tried first; only one that works
 * takes its place, at once for all requests that come from then on.
 */
export class ModelUpdates {
  readonly #folder: string;
  readonly #store: ModelStore;
  readonly #steps: UpdateSteps;
  readonly #served = new Map<string, Loaded>();
  /** Stamps by file: of the last look, and of what was refused. */
  #seen = new Map<string, string>();
  readonly #refused = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** The look that is being taken, or was taken last. */
  #looking: Promise<void> = Promise.resolve();
  /** What the last look has refused. */
  #faults: unknown[] = [];

  constructor(folder: string, store: ModelStore, steps: UpdateSteps) {
    this.#folder = folder;
    this.#store = store;
    this.#steps = steps;
  }

  /** @param bad files that could not be loaded, which are not tried again until they change */
  start(served: readonly Loaded[], bad: readonly ModelFile[]): void {
    for (const one of served) this.#served.set(one.stored.file, one);
    for (const { file, stamp } of bad) this.#refused.set(file, stamp);
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.look().finally(() => this.#next());
    }, INTERVAL);
    this.#timer.unref();
  }

  /** One look at the folder. What has changed since the last one may still be written to, and waits for the next. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(false));
    return this.#looking;
  }

  /** Takes what has changed as it is now; fails with what is wrong with it, whatever has become of the rest. */
  async lookNow(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(true));
    await this.#looking;
    if (this.#faults.length > 0) throw this.#faults[0];
  }

  async #look(now: boolean): Promise<void> {
    this.#faults = [];
    const files = modelFiles(this.#folder);
    const seen = this.#seen;
    this.#seen = new Map(files.map(({ file, stamp }) => [file, stamp]));
    this.#remove(new Set([...seen.keys(), ...this.#seen.keys()]));
    for (const file of files) {
      const known = this.#served.get(file.file)?.stored.stamp ?? this.#refused.get(file.file);
      const bad = this.#refused.get(file.file) === file.stamp;
      if (known === file.stamp || bad || (!now && seen.get(file.file) !== file.stamp)) continue;
      await this.#adopt(file);
      if (this.#stopped) return;
    }
  }

  /** What is gone for two looks is served no more, unless nothing would be left. */
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
      const model = this.#steps.complete(stored, await this.#steps.describe(stored));
      this.#store.write(this.#copies, [stored]);
      await this.#steps.warm(model);
      if (this.#stopped) return;
      this.#served.set(file.file, { stored, model });
      this.#refused.delete(file.file);
      this.#publish();
      this.#steps.added(file);
    } catch (error) {
      if (this.#stopped) return;
      this.#refused.set(file.file, file.stamp);
      this.#store.write(this.#copies);
      if (stored !== undefined) this.#store.remove(stored);
      this.#steps.refused(file, error);
      this.#faults.push(error);
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
