import type { AppLocation } from '../app/find-app.js';
import type { Manifest } from '../app/manifest.js';
import type { ModelDescription } from '../app/model-description.js';
import { type ModelFile, modelFiles } from '../app/model-files.js';
import type { ServedModel } from '../app/model-schema.js';
import type { Config } from '../config/load.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';
import { loadOnce } from '../pool/load-once.js';
import type { WorkerCommand } from '../pool/worker-command.js';
import { Endpoint } from './endpoint.js';
import { ModelServer } from './model-server.js';
import { ModelStore, type StoredModel } from './model-store.js';
import { type Loaded, ModelUpdates } from './model-updates.js';
import { ModelRegistry } from './registry.js';
import { servedModel } from './served-model.js';
import { tryModel } from './trial.js';

/** A saved model or a folder of models: what workers load, and what is served. */
export class ModelApp {
  readonly #app: AppLocation;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #endpoints = new WeakMap<ServedModel, Endpoint>();
  readonly #isReady: () => boolean;
  readonly #store: ModelStore | undefined;
  readonly #stored: readonly StoredModel[];
  #updates: ModelUpdates | undefined;
  #server: ModelServer | undefined;

  /** @param isReady whether a worker can answer */
  constructor(app: AppLocation, config: Config, log: Logger, isReady: () => boolean) {
    this.#app = app;
    this.#config = config;
    this.#log = log;
    this.#isReady = isReady;
    checkSections(app, config);
    this.#store = app.entry === 'models' ? new ModelStore() : undefined;
    this.#stored =
      this.#store === undefined ? [] : filesOf(app, config).map((file) => this.#store!.add(file));
    this.#store?.write(this.#stored);
  }

  /** The command for workers. For a folder, they load the list of copies. */
  get command(): WorkerCommand {
    const { host, model, models, port, rscript } = this.#config;
    const packages = [model, ...models.values()].flatMap((one) => one?.packages ?? []);
    const app = this.#store === undefined ? this.#app : { ...this.#app, file: this.#store.list };
    return { rscript, app, host, port, packages: [...new Set(packages)] };
  }

  /** For a folder only, since its models change independently. */
  get updates(): ModelUpdates | undefined {
    return this.#updates;
  }

  get server(): ModelServer {
    return this.#server!;
  }

  /** Called when the first worker is ready. Fails if none of its models can be served. */
  async start({ models }: Manifest, dispatcher: Dispatcher): Promise<void> {
    // R has tried the others when it loaded them.
    const tried = (model: ServedModel) =>
      model.outputs.length > 0 ? model : this.#try(model, dispatcher, 1);
    if (this.#store === undefined) {
      const [found] = models as [ModelDescription];
      this.#serve([await tried(servedModel(found, this.#config.model))]);
      return;
    }
    const loaded: Loaded[] = [];
    const bad: ModelFile[] = [];
    let failure: unknown;
    for (const stored of this.#stored) {
      try {
        const found = models.find(({ loadedAs }) => loadedAs === stored.loadedAs);
        loaded.push({ stored, model: await tried(this.#complete(stored, found)) });
      } catch (error) {
        // An error in the configuration stops the start. A bad file only excludes itself.
        if (error instanceof PenstockError && error.code === 'config_invalid') throw error;
        failure ??= error;
        bad.push(stored);
        this.#rejected(stored, error);
      }
    }
    if (loaded.length === 0) throw failure;
    this.#warnOfUnknownNames(loaded.map(({ model }) => model.name));
    this.#store.write(loaded.map(({ stored }) => stored));
    this.#serve(loaded.map(({ model }) => model));
    this.#updates = this.#follow(this.#store, dispatcher);
    this.#updates.start(loaded, bad);
  }

  close(): void {
    this.#updates?.stop();
    this.#store?.close();
  }

  #serve(models: readonly ServedModel[]): void {
    const registry = new ModelRegistry(models, this.#config.models, (model) => this.#endpoint(model));
    this.#server = new ModelServer(registry, this.#isReady);
  }

  /** A model that an update leaves as it is keeps its endpoint, and what that has learned. */
  #endpoint(model: ServedModel): Endpoint {
    const known = this.#endpoints.get(model);
    if (known !== undefined) return known;
    const { name, version } = model;
    const endpoint = new Endpoint(model, {
      ignored: (names) =>
        this.#log.info(
          { event: 'fields-ignored', model: name, version, fields: names },
          `Model ${name} version ${version} ignores what is not one of its fields: ${names.join(', ')}`,
        ),
      batched: () =>
        this.#log.info(
          { event: 'batched', model: name, version },
          `Model ${name} version ${version} is batched from now on`,
        ),
      notBatched: (reason) =>
        this.#log.warn(
          { event: 'not-batched', model: name, version },
          `Model ${name} version ${version} is not batched: ${reason}`,
        ),
    });
    this.#endpoints.set(model, endpoint);
    return endpoint;
  }

  #follow(store: ModelStore, dispatcher: Dispatcher): ModelUpdates {
    const { modelName } = this.#config;
    return new ModelUpdates(() => modelFiles(this.#app.file, modelName), store, {
      describe: (stored) => this.#describe(stored),
      complete: (stored, found) => this.#complete(stored, found),
      warm: (model) => this.#try(model, dispatcher, this.#config.workers.max),
      serve: (models) => this.#serve(models),
      rejected: (file, error) => this.#rejected(file, error),
      added: ({ name, version }) =>
        this.#log.info(
          { event: 'model-added', model: name, version },
          `Model ${name} version ${version} is now served`,
        ),
      removed: ({ name, version }) =>
        this.#log.info(
          { event: 'model-removed', model: name, version },
          `Model ${name} version ${version} was removed`,
        ),
    });
  }

  /** Runs in a separate process, so that a file that crashes R or uses up memory does no harm. */
  async #describe({ copy }: StoredModel): Promise<ModelDescription> {
    const { loadTimeout, idleTimeout, responseLimit, shutdownTimeout } = this.#config;
    const app: AppLocation = { ...this.#app, entry: 'model', file: copy };
    const { models } = await loadOnce(
      {
        command: { ...this.command, app },
        loadTimeout,
        idleTimeout,
        stopGrace: shutdownTimeout,
        maxPayload: responseLimit,
      },
      (line) => this.#log.info({ event: 'output', stream: 'stderr' }, line),
    );
    return models[0]!;
  }

  #complete({ loadedAs, name, version }: StoredModel, found: ModelDescription | undefined): ServedModel {
    if (found === undefined || found.failure !== undefined) {
      throw new PenstockError('app_load_failed', found?.failure);
    }
    const settings = this.#config.models.get(name);
    return servedModel({ ...found, loadedAs, name, version }, settings, ['models', name]);
  }

  #try(model: ServedModel, dispatcher: Dispatcher, times: number): Promise<ServedModel> {
    return tryModel(model, { dispatcher, times, timeout: this.#config.loadTimeout });
  }

  #rejected({ name, version }: ModelFile, error: unknown): void {
    const message = error instanceof PenstockError ? error.message : String(error);
    this.#log.error(
      { event: 'model-refused', model: name, version },
      `Not serving model ${name} version ${version}: ${message}`,
    );
  }

  #warnOfUnknownNames(known: readonly string[]): void {
    for (const name of this.#config.models.keys()) {
      if (known.includes(name)) continue;
      this.#log.warn(
        { event: 'model-unknown', model: name },
        `\`models\` configures ${name}, but there is no such model`,
      );
    }
  }
}

/** The `model` section is for one file, `models` for a folder. */
function checkSections({ entry }: AppLocation, { model, models }: Config): void {
  if (entry === 'model' && models.size > 0) {
    throw new PenstockError(
      'config_invalid',
      'The app is a single model: configure it under `model`, not `models`.',
    );
  }
  if (entry === 'models' && model !== undefined) {
    throw new PenstockError(
      'config_invalid',
      'The app is a folder of models: configure it under `models`, not `model`.',
    );
  }
}

/** The files of a folder. `--model-name` would not say which of several models it means. */
function filesOf({ file: folder }: AppLocation, { modelName }: Config): ModelFile[] {
  const files = modelFiles(folder, modelName);
  const names = new Set(files.map(({ name }) => name));
  if (modelName !== undefined && names.size > 1)
    throw new PenstockError(
      'config_invalid',
      `--model-name ${modelName} is for a folder with one model; ${folder} also contains ${[...names].slice(1).join(', ')}.`,
    );
  return files;
}
