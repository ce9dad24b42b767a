import { createHash } from 'node:crypto';
import { type ValuePath, type Values, valueAt } from './values.js';

/**
 * A manifest with placeholders for values. `resolve` inserts the values, for Kustomize and `kubectl apply`.
 * `helm-template.ts` turns the placeholders into the template language of Helm. So both have the same source.
 */
export type Template =
  | string
  | number
  | boolean
  | Placeholder
  | Hash
  | Item
  | Text
  | When
  | Each
  | readonly Template[]
  | { readonly [key: string]: Template };

/** Stands for a value of any type. */
export class Placeholder {
  constructor(readonly path: ValuePath) {}
}

/** Stands for the SHA-256 of a text, so that pods are replaced when it changes. */
export class Hash {
  constructor(readonly of: Placeholder | Text) {}
}

/** Stands for a member of the current element of `each`. */
export class Item {
  constructor(readonly key: string) {}
}

/** A string with fixed parts and values. */
export class Text {
  constructor(readonly parts: readonly (string | Placeholder)[]) {}
}

/** A member of a map or an element of a list that exists only if all conditions hold. */
export class When {
  constructor(
    readonly conditions: readonly Condition[],
    readonly then: Template,
    /** Takes its place if a condition does not hold. */
    readonly otherwise?: Template,
  ) {}
}

/**
 * Inserts the elements of a list value into a list, or the entries of a map value into a map (as a member with any key).
 * With a template, each element of the list is the current element of one copy.
 */
export class Each {
  constructor(
    readonly path: ValuePath | Item,
    readonly template?: Template,
  ) {}
}

/** Compares a value with `is` or `isNot`. Without both, the value must be set: not empty, zero or false. */
export interface Condition {
  readonly path: ValuePath;
  readonly is?: string | boolean;
  readonly isNot?: string | boolean;
}

export function value(path: ValuePath): Placeholder {
  return new Placeholder(path);
}

export function hashOf(of: ValuePath | Text): Hash {
  return new Hash(typeof of === 'string' ? value(of) : of);
}

export function item(key: string): Item {
  return new Item(key);
}

export function text(...parts: readonly (string | Placeholder)[]): Text {
  return new Text(parts);
}

/** A path alone means that its value must be set. */
export function when(
  condition: ValuePath | Condition | readonly Condition[],
  then: Template,
  otherwise?: Template,
): When {
  const one = typeof condition === 'string' ? [{ path: condition }] : [condition].flat();
  return new When(one as readonly Condition[], then, otherwise);
}

export function each(path: ValuePath | Item, template?: Template): Each {
  return new Each(path, template);
}

export function holds(conditions: readonly Condition[], values: Values): boolean {
  return conditions.every(({ path, is, isNot }) => {
    const found = valueAt(values, path);
    if (is !== undefined) return found === is;
    if (isNot !== undefined) return found !== isNot;
    return isSet(found);
  });
}

/** Like Helm, treats an empty list or map as not set. */
function isSet(found: unknown): boolean {
  return typeof found === 'object' && found !== null ? Object.keys(found).length > 0 : Boolean(found);
}

/** Replaces all placeholders with values. */
export function resolve(template: Template, values: Values, current?: unknown): unknown {
  if (template instanceof Placeholder) return valueAt(values, template.path);
  if (template instanceof Hash)
    return createHash('sha256')
      .update(String(resolve(template.of, values)))
      .digest('hex');
  if (template instanceof Item) return valueAt(current, template.key);
  if (template instanceof Text) {
    return template.parts.map((part) => (typeof part === 'string' ? part : resolve(part, values))).join('');
  }
  if (Array.isArray(template)) return template.flatMap((member) => resolveItem(member, values, current));
  if (typeof template !== 'object') return template;
  const members = Object.entries(template as Readonly<Record<string, Template>>).flatMap(([key, member]) => {
    if (member instanceof Each) return Object.entries(listAt(member, values, current));
    return resolveItem(member, values, current).map((resolved) => [key, resolved] as const);
  });
  return Object.fromEntries(members);
}

function resolveItem(template: Template, values: Values, current: unknown): unknown[] {
  if (template instanceof When) {
    const { conditions, otherwise, then } = template;
    const chosen = holds(conditions, values) ? then : otherwise;
    return chosen === undefined ? [] : resolveItem(chosen, values, current);
  }
  if (template instanceof Each) {
    const list = listAt(template, values, current) as readonly unknown[];
    const { template: one } = template;
    return one === undefined ? [...list] : list.map((element) => resolve(one, values, element));
  }
  return [resolve(template, values, current)];
}

function listAt({ path }: Each, values: Values, current: unknown): object {
  return (path instanceof Item ? valueAt(current, path.key) : valueAt(values, path)) as object;
}
