import type { ModelSchema, ServedModel } from '../app/model-schema.js';
import { table } from './table.js';

/** A readable summary of a model: its prediction types and its fields. */
export function describeModel(model: ServedModel): string {
  const {
    classes,
    description,
    extraFields,
    intervals,
    name,
    options,
    parameters,
    rDefault,
    types,
    version,
  } = model;
  const byDefault = options.type ?? rDefault;
  const listed = types?.map((type) => (type === byDefault ? `${type} (default)` : type)).join(', ');
  const lines = [
    `${name} version ${version}: ${description} (${classes.join('/')})`,
    ...(listed === undefined || listed === '' ? [] : [`Prediction types: ${listed}`]),
    ...(intervals.length === 0 ? [] : [`Intervals: ${intervals.join(', ')}`]),
    ...parameters.map(({ name: one, words }) => `Parameter ${one}: ${['a number', ...words].join(', ')}`),
    ...(extraFields === 'refuse' ? ['Unknown fields are rejected.'] : []),
  ];
  return `${lines.join('\n')}\n\n${fieldTable(model)}`;
}

function fieldTable({ fields }: ModelSchema): string {
  const rows = fields.map(({ columns, levels, max, min, name, nulls, required, seen, type, values }) => {
    const bounds = min === undefined && max === undefined ? '' : `${min ?? '…'} to ${max ?? '…'}`;
    const range = seen === undefined ? '' : `${seen.min} to ${seen.max} in training`;
    const known = (levels ?? values)?.join(', ') ?? (bounds || range);
    const missing = required ? (nulls ? 'null allowed' : 'not allowed') : 'optional';
    return [name, columns === undefined ? type : `matrix of ${columns} columns`, missing, known];
  });
  return table([['FIELD', 'TYPE', 'MISSING', 'VALUES'], ...rows]);
}
