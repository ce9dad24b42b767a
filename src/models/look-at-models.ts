import type { AppLocation } from '../app/find-app.js';
import { modelFiles } from '../app/model-files.js';
import type { ServedModel } from '../app/model-schema.js';
import type { Config } from '../config/load.js';
import { lookAtApp } from '../pool/look-at-app.js';
import { servedModel } from './served-model.js';

/** Loads each saved model of an app once, for commands that only inspect them. */
export async function lookAtModels(app: AppLocation, config: Config): Promise<ServedModel[]> {
  const alone = { name: undefined, version: undefined, file: app.file };
  const files = app.entry === 'models' ? modelFiles(app.file) : [alone];
  const found: ServedModel[] = [];
  for (const { file, name, version } of files) {
    const settings = name === undefined ? config.model : config.models.get(name);
    const { models } = await lookAtApp({ ...app, entry: 'model', file }, config);
    const section = name === undefined ? ['model'] : ['models', name];
    found.push(
      servedModel({ ...models[0]!, ...(name !== undefined && { name, version }) }, settings, section),
    );
  }
  return found;
}
