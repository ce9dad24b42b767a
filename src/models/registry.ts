import { compareVersions } from '../app/model-files.js';
import type { ServedModel } from '../app/model-schema.js';
import type { VersionedSettings } from '../config/model-settings.js';
import { PenstockError } from '../errors.js';
import { Endpoint } from './endpoint.js';

/** The versions of one model. */
interface Versions {
  /** In ascending order. */
  readonly all: readonly Endpoint[];
  /** The default version. */
  readonly main: Endpoint;
  /** Versions that share the requests without a version, with their cumulative shares. */
  readonly split: readonly { readonly endpoint: Endpoint; readonly upTo: number }[];
}

/** The served models, by name and version. Immutable: new models need a new registry. */
export class ModelRegistry {
  readonly #models: ReadonlyMap<string, Versions>;
  readonly #random: () => number;

  /**
   * @param endpoint makes what serves a model
   * @param random   returns 0 to 1, for the choice among versions that share requests
   */
  constructor(
    models: readonly ServedModel[],
    settings: ReadonlyMap<string, VersionedSettings> = new Map(),
    endpoint = (model: ServedModel): Endpoint => new Endpoint(model),
    random: () => number = Math.random,
  ) {
    const names = [...new Set(models.map(({ name }) => name))];
    const of = (name: string) => models.filter((model) => model.name === name);
    this.#models = new Map(
      names.map((name) => [name, versionsOf(of(name).map(endpoint), settings.get(name) ?? {})]),
    );
    this.#random = random;
  }

  get names(): readonly string[] {
    return [...this.#models.keys()];
  }

  /** The only model, which requests need not name; undefined if there are several. */
  get only(): string | undefined {
    return this.#models.size === 1 ? this.names[0] : undefined;
  }

  get all(): readonly Endpoint[] {
    return [...this.#models.values()].flatMap(({ all }) => all);
  }

  versions(name: string): readonly Endpoint[] {
    return this.#of(name).all;
  }

  /** The default version. */
  main(name: string): Endpoint {
    return this.#of(name).main;
  }

  has(name: string): boolean {
    return this.#models.has(name);
  }

  /** The versions that may answer requests without a version. */
  unversioned(name: string): readonly Endpoint[] {
    const { main, split } = this.#of(name);
    return split.length === 0 ? [main] : split.map(({ endpoint }) => endpoint);
  }

  /** The given version, or by default a version chosen by the shares. Fails with `not_found`. */
  find(name: string, version: string | undefined): Endpoint {
    const { all, main, split } = this.#of(name);
    if (version === undefined) {
      const total = split.at(-1)?.upTo ?? 0;
      const at = this.#random() * total;
      return split.find(({ upTo }) => at < upTo)?.endpoint ?? main;
    }
    const found = all.find(({ model }) => model.version === version);
    if (found !== undefined) return found;
    const known = all.map(({ model }) => model.version).join(', ');
    throw new PenstockError(
      'not_found',
      `Model ${name} has no version ${JSON.stringify(version)}. Available: ${known}.`,
    );
  }

  #of(name: string): Versions {
    const versions = this.#models.get(name);
    if (versions === undefined)
      throw new PenstockError('not_found', `There is no model ${JSON.stringify(name)}.`);
    return versions;
  }
}

function versionsOf(endpoints: readonly Endpoint[], settings: VersionedSettings): Versions {
  const all = endpoints.toSorted((one, other) => compareVersions(one.model.version, other.model.version));
  const main = all.find(({ model }) => model.version === settings.default) ?? all.at(-1)!;
  let upTo = 0;
  const split = all.flatMap((endpoint) => {
    const share = settings.split?.get(endpoint.model.version) ?? 0;
    upTo += share;
    return share > 0 ? [{ endpoint, upTo }] : [];
  });
  return { all, main, split };
}
