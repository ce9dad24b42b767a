import type { FoundField, ModelDescription } from '../app/model-description.js';
import type { Field, FieldType, ServedModel } from '../app/model-schema.js';
import type { FieldSettings, ModelSettings } from '../config/model-settings.js';
import { PenstockError } from '../errors.js';
import { askForFields, askForNames } from './ask.js';
import { meantInstead } from './fault.js';

/** Keys of penstock.yaml under which the settings of a model stand: `['model']` or `['models', name]`. */
export type Section = readonly string[];

/**
 * Combines what R found in the object with the configuration. Fails with `config_invalid` if they contradict each other,
 * and with `model_unknown` if both together do not define the input.
 */
export function servedModel(
  found: ModelDescription,
  settings: ModelSettings = {},
  section: Section = ['model'],
): ServedModel {
  const { defaultType, intervals, types } = found;
  if (settings.type !== undefined && types !== undefined && !types.includes(settings.type)) {
    const known = types.length === 0 ? 'has no types of prediction' : `has the types ${types.join(', ')}`;
    throw new PenstockError('config_invalid', `\`model.type\` is ${settings.type}, but the model ${known}.`);
  }
  return {
    name: settings.name ?? found.name,
    version: found.version,
    loadedAs: found.loadedAs,
    classes: found.classes,
    description: settings.description ?? found.description,
    packages: found.packages,
    fields: fields(found, settings, section),
    extraFields: settings.extraFields ?? 'ignore',
    types,
    rDefault: defaultType,
    intervals,
    parameters: found.parameters,
    options: settings.type === undefined ? {} : { type: settings.type },
    metadata: found.metadata,
    outputs: settings.type === undefined || settings.type === defaultType ? found.outputs : [],
  };
}

function fields(
  found: ModelDescription,
  { fields: given = new Map() }: ModelSettings,
  section: Section,
): Field[] {
  if (found.fields === undefined && given.size === 0) {
    throw new PenstockError('model_unknown', askForNames(section));
  }
  const known = found.fields ?? [...given.keys()].map((name) => ({ name, type: 'unknown' as const }));
  const names = known.map(({ name }) => name);
  const unknown = [...given.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const near = meantInstead(unknown[0]!, names).replace(/^; d/, ' D');
    throw new PenstockError('config_invalid', `The model has no field \`${unknown[0]}\`.${near}`);
  }
  const all = known.map((one) => field(one, given.get(one.name) ?? {}, found));
  const unclear = known.filter((_, i) => all[i] === undefined);
  if (unclear.length > 0) throw new PenstockError('model_unknown', askForFields(unclear, section));
  return all as Field[];
}

/** Undefined if neither the object nor the settings define it. */
function field(found: FoundField, settings: FieldSettings, { nulls }: ModelDescription): Field | undefined {
  const type =
    settings.type ?? (settings.levels !== undefined && found.type === 'unknown' ? 'factor' : found.type);
  if (type === 'unknown') return undefined;
  const levels = settings.levels ?? (type === 'factor' || type === 'string' ? found.levels : undefined);
  if (levels?.length === 0 || (type === 'factor' && levels === undefined)) return undefined;
  const same = type === found.type;
  const required = settings.required ?? true;
  return {
    name: found.name,
    type,
    ...(levels !== undefined && { levels }),
    ...((settings.ordered ?? found.ordered) && { ordered: true }),
    ...(same && found.values !== undefined && { values: found.values }),
    ...(same && found.columns !== undefined && { columns: found.columns }),
    ...(same && found.logical && { logical: true }),
    ...((settings.min ?? found.min) !== undefined && { min: settings.min ?? found.min! }),
    ...((settings.max ?? found.max) !== undefined && { max: settings.max ?? found.max! }),
    ...(same && found.seen !== undefined && { seen: found.seen }),
    nulls: settings.nulls ?? (nulls || !required),
    required,
    example: settings.example ?? (same ? found.example : undefined) ?? exampleOf(type, levels, settings),
    ...(found.timezone !== undefined && { timezone: found.timezone }),
  };
}

function exampleOf(
  type: FieldType,
  levels: readonly string[] | undefined,
  { min, max }: FieldSettings,
): Field['example'] {
  switch (type) {
    case 'number':
    case 'integer':
      return min ?? max ?? 1;
    case 'boolean':
      return true;
    case 'date':
      return '2026-01-31';
    case 'datetime':
      return '2026-01-31T10:00:00Z';
    default:
      return levels?.[0] ?? 'a';
  }
}
