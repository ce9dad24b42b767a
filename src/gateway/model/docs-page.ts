import { readFileSync } from 'node:fs';
import type { ServedModel } from '../../model/schema.js';
import { exampleRow } from './openapi.js';
import type { ModelRegistry } from './registry.js';

/** `assets/` stands beside `src/` and `dist/` alike. */
const template = readFileSync(new URL('../../../assets/model-docs.html', import.meta.url), 'utf8');

/** `/__docs__/`: what each model takes, and a form that asks it. It needs nothing from elsewhere. */
export function docsPage(registry: ModelRegistry): string {
  const models = registry.all.map(({ model }) => ({
    ...shown(model),
    path:
      registry.only === model.name && registry.main(model.name).model === model
        ? 'predict'
        : `models/${encodeURIComponent(model.name)}/versions/${encodeURIComponent(model.version)}/predict`,
  }));
  // No text of a model may end the script that it stands in.
  const data = JSON.stringify(models.reverse()).replaceAll('<', '\\u003c');
  return template.replace('"{{models}}"', () => data);
}

function shown(model: ServedModel): Record<string, unknown> {
  const { classes, description, fields, intervals, name, options, rDefault, types, version } = model;
  return {
    name,
    version,
    description,
    class: classes.join('/'),
    fields,
    types: types ?? [],
    type: options.type ?? rDefault ?? '',
    intervals,
    example: [exampleRow(model)],
  };
}
