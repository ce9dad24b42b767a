import type { ServedModel } from '../../src/app/model-schema.js';

/** A model without fields, for tests of what does not depend on them. */
export const plainModel = (name: string, version: string): ServedModel => ({
  name,
  version,
  loadedAs: `${name}/${version}`,
  classes: ['lm'],
  description: '',
  packages: [],
  types: [],
  rDefault: undefined,
  intervals: [],
  parameters: [],
  options: {},
  metadata: {},
  outputs: [],
  fields: [],
  extraFields: 'refuse',
});
