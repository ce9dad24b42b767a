import { load } from './tools.js';

interface TypeMap {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
}

/** The generated models of the API: a class for each type, with the types of its fields. */
const models = load('@kubernetes/client-node') as Record<string, { getAttributeTypeMap?: () => TypeMap[] }>;

/** Fields that the API server does not know or that have the wrong type; empty if there are none. */
export function wrongFields(value: unknown, type: string, path = ''): string[] {
  const [, element] = /^Array<(.*)>$/.exec(type) ?? [];
  if (element !== undefined) {
    if (!Array.isArray(value)) return [`${path} is not a list`];
    return value.flatMap((item, index) => wrongFields(item, element, `${path}[${index}]`));
  }
  const [, member] = /^\{ \[key: string\]: (.*); \}$/.exec(type) ?? [];
  if (member !== undefined) {
    if (!isMap(value)) return [`${path} is not a map`];
    return Object.entries(value).flatMap(([key, item]) => wrongFields(item, member, `${path}.${key}`));
  }
  if (type === 'IntOrString') return isOneOf(value, ['string', 'number'], path);
  if (type === 'any' || type === 'Date') return [];
  if (['string', 'number', 'boolean'].includes(type)) return isOneOf(value, [type], path);
  const fields = models[type]?.getAttributeTypeMap?.();
  if (fields === undefined) return [`${path}: no type ${type}`];
  if (!isMap(value)) return [`${path} is not a ${type}`];
  return Object.entries(value).flatMap(([key, item]) => {
    const field = fields.find(({ baseName }) => baseName === key);
    return field === undefined
      ? [`${path}.${key} is not a field of ${type}`]
      : wrongFields(item, field.type, `${path}.${key}`);
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOneOf(value: unknown, types: readonly string[], path: string): string[] {
  return types.includes(typeof value) ? [] : [`${path} is a ${typeof value}, not a ${types.join(' or ')}`];
}
