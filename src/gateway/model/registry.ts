import { PenstockError } from '../../errors.js';
import type { ServedModel } from '../../model/schema.js';
import { Endpoint } from './endpoint.js';

/** The models that are served, by name and version. It does not change: new models make a new registry. */
export class ModelRegistry {
  readonly #models = new Map<string, Endpoint[]>();

  constructor(models: readonly ServedModel[]) {
    for (const model of models) {
      const versions = this.#models.get(model.name) ?? [];
      versions.push(new Endpoint(model));
      this.#models.set(model.name, versions);
    }
  }

  get names(): readonly string[] {
    return [...this.#models.keys()];
  }

  /** The model whose name need not be said, because there is no other. */
  get only(): string | undefined {
    return this.#models.size === 1 ? this.names[0] : undefined;
  }

  /** The versions of a model, the one that is asked by default last. */
  versions(name: string): readonly Endpoint[] {
    const versions = this.#models.get(name);
    if (versions === undefined)
      throw new PenstockError('not_found', `There is no model ${JSON.stringify(name)}.`);
    return versions;
  }

  /** One version; without one, that which is asked by default. Fails with `not_found`. */
  find(name: string, version: string | undefined): Endpoint {
    const versions = this.versions(name);
    if (version === undefined) return versions.at(-1)!;
    const found = versions.find(({ model }) => model.version === version);
    if (found !== undefined) return found;
    const known = versions.map(({ model }) => model.version).join(', ');
    throw new PenstockError(
      'not_found',
      `Model ${name} has no version ${JSON.stringify(version)}, but ${known}.`,
    );
  }

  get all(): readonly Endpoint[] {
    return [...this.#models.values()].flat();
  }
}
