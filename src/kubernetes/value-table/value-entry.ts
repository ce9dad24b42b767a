import type { OptionName } from '../../config/options.js';
import type { ValuePath } from '../values.js';

/** The keywords of JSON Schema that restrict a value. */
interface Bounds {
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: object;
  readonly additionalProperties?: object;
}

/** One value of the chart, with its documentation and its allowed values. */
export interface ValueEntry {
  readonly path: ValuePath;
  readonly doc: string;
  readonly bounds: Bounds;
  /** The option of `penstock.yaml` that sets it. Only others can be set in the section `kubernetes`. */
  readonly option?: OptionName | 'canary' | 'chart';
}

const labelPattern = '^[a-z]([-a-z0-9]*[a-z0-9])?$';
export const optional = (pattern: string): string => `^$|${pattern}`;
export const boolean: Bounds = { type: 'boolean' };
export const label: Bounds = { type: 'string', pattern: labelPattern, maxLength: 63 };
export const optionalLabel: Bounds = { type: 'string', pattern: optional(labelPattern), maxLength: 63 };
export const whole = (minimum: number, maximum: number): Bounds => ({ type: 'integer', minimum, maximum });
export const reference: Bounds = { type: 'string', pattern: '^\\S+$', minLength: 1 };
export const versionPattern = '^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$';
const quantity = '^[0-9]+(\\.[0-9]+)?(m|[KMG]i?)?$';
export const amount: Bounds = { type: 'string', pattern: quantity };
export const text: Bounds = { type: 'string' };
export const strings: Bounds = { type: 'object', additionalProperties: { type: 'string' } };
export const list: Bounds = { type: 'array', items: { type: 'object' } };
export const hosts: Bounds = {
  type: 'array',
  items: { type: 'string', pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' },
};
export const named = (more: object = {}): Bounds => ({
  type: 'array',
  items: {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string', minLength: 1, ...more } },
  },
});
