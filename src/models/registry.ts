import { compareVersions } from '../app/model-files.js';
import type { ServedModel } from '../app/model-schema.js';
import type { VersionedSettings } from '../config/model-settings.js';
import { PenstockError } from '../errors.js';
import { Endpoint } from './endpoint.js';

/** The versions of one model. */
interface Versions {
  /** The highest last. */
  readonly all: readonly Endpoint[];
  /** The one that stands for the model where one has to. */
  readonly main: Endpoint;
  /** Those that share the requests that name no version, with the sum of the shares up to each. */
  readonly split: readonly { readonly endpoint: Endpoint; readonly upTo: number }[];
}

/** The models that are served, by name and version. It does not change: new models make a new registry. */
export class ModelRegistry {
  readonly #models: ReadonlyMap<string, Versions>;
  readonly #random: () => number;

  /**
   * @param notBatched called with the reason when requests to a model are not predicted together any more
   * @param random     from 0 up to 1, for the choice among versions that share requests
   */
  constructor(
    models: readonly ServedModel[],
    settings: ReadonlyMap<string, VersionedSettings> = new Map(),
    notBatched: (model: ServedModel, reason: string) => void = () => {},
    random: () => number = Math.random,
  ) {
    const endpoint = (model: ServedModel) => new Endpoint(model, notBatched);
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

  /** The model whose name need not be said, because there is no other. */
  get only(): string | undefined {
    return this.#models.size === 1 ? this.names[0] : undefined;
  }

  get all(): readonly Endpoint[] {
    return [...this.#models.values()].flatMap(({ all }) => all);
  }

  versions(name: string): readonly Endpoint[] {
    return this.#of(name).all;
  }

  /** The version that describes the model. */
  main(name: string): Endpoint {
    return this.#of(name).main;
  }

  /** One version; without one, that which is to answer this request. Fails with `not_found`. */
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
      `Model ${name} has no version ${JSON.stringify(version)}, but ${known}.`,
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
