import type { ModelSchema, ServedModel } from '../app/model-schema.js';
import { table } from './table.js';

/** A model for a person to read: what it takes and what it can be asked. */
export function describeModel(model: ServedModel): string {
  const { classes, description, extraFields, intervals, name, options, rDefault, types, version } = model;
  const byDefault = options.type ?? rDefault;
  const asked = types?.map((type) => (type === byDefault ? `${type} (default)` : type)).join(', ');
  const lines = [
    `${name} version ${version}: ${description} (${classes.join('/')})`,
    ...(asked === undefined || asked === '' ? [] : [`Types of prediction: ${asked}`]),
    ...(intervals.length === 0 ? [] : [`Intervals: ${intervals.join(', ')}`]),
    ...(extraFields === 'ignore' ? ['Fields that it does not have are ignored.'] : []),
  ];
  return `${lines.join('\n')}\n\n${fieldTable(model)}`;
}

function fieldTable({ fields }: ModelSchema): string {
  const rows = fields.map(({ levels, max, min, name, nulls, required, seen, type, values }) => {
    const bounds = min === undefined && max === undefined ? '' : `${min ?? '…'} to ${max ?? '…'}`;
    const range = seen === undefined ? '' : `${seen.min} to ${seen.max} in training`;
    const known = (levels ?? values)?.join(', ') ?? (bounds || range);
    const missing = required ? (nulls ? 'taken' : 'refused') : 'taken, or left out';
    return [name, type, missing, known];
  });
  return table([['FIELD', 'TYPE', 'MISSING', 'VALUES'], ...rows]);
}
