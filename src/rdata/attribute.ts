import type { RCharacter, RValue } from './value.js';
import { rString } from './value.js';

export function getAttribute(value: RValue, name: string): RValue | undefined {
  if (!('attributes' in value) || value.attributes === undefined) return undefined;
  for (const attribute of value.attributes) if (attribute.name === name) return attribute.value;
  return undefined;
}

/** Sets the attribute on the value itself and returns it. */
export function setAttribute<T extends RValue>(value: T, name: string, attribute: RValue): T {
  if (!('attributes' in value)) throw new TypeError(`a value of type ${value.type} has no attributes`);
  value.attributes ??= [];
  const { attributes } = value;
  const existing = attributes.find((a) => a.name === name);
  if (existing) existing.value = attribute;
  else attributes.push({ name, value: attribute });
  return value;
}

/** The names of a vector's elements; undefined if it has none. */
export function namesOf(value: RValue): (string | null)[] | undefined {
  return strings(getAttribute(value, 'names'));
}

/** Sets the class attribute, like `structure(x, class = …)`. */
export function withClass<T extends RValue>(value: T, ...classes: string[]): T {
  return setAttribute(value, 'class', rString(classes));
}

function strings(value: RValue | undefined): RCharacter['values'] | undefined {
  return value?.type === 'character' ? value.values : undefined;
}
