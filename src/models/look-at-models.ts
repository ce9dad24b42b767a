import type { AppLocation } from '../app/find-app.js';
import type { ModelDescription } from '../app/model-description.js';
import { modelFiles } from '../app/model-files.js';
import type { ServedModel } from '../app/model-schema.js';
import type { Config } from '../config/load.js';
import type { ModelSettings } from '../config/model-settings.js';
import { lookAtApp } from '../pool/look-at-app.js';
import { type Section, servedModel } from './served-model.js';

/** A saved model as R describes it, and its configuration. */
export interface DescribedModel {
  readonly found: ModelDescription;
  readonly settings: ModelSettings | undefined;
  readonly section: Section;
}

/**
 * Loads each saved model of an app once, for commands that only inspect them.
 *
 * @param output called with each line that R prints; by default, the lines go to stderr
 */
export async function* describeModels(
  app: AppLocation,
  config: Config,
  output?: (line: string) => void,
): AsyncIterable<DescribedModel> {
  const alone = { name: undefined, version: undefined, file: app.file };
  const files = app.entry === 'models' ? modelFiles(app.file, config.modelName) : [alone];
  for (const { file, name, version } of files) {
    const settings = name === undefined ? config.model : config.models.get(name);
    const { models } = await lookAtApp({ ...app, entry: 'model', file }, config, output && { output });
    const section = name === undefined ? ['model'] : ['models', name];
    yield { found: { ...models[0]!, ...(name !== undefined && { name, version }) }, settings, section };
  }
}

export async function lookAtModels(app: AppLocation, config: Config): Promise<ServedModel[]> {
  const models: ServedModel[] = [];
  for await (const { found, section, settings } of describeModels(app, config))
    models.push(servedModel(found, settings, section));
  return models;
}
