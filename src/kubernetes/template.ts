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
  | Text
  | When
  | Each
  | readonly Template[]
  | { readonly [key: string]: Template };

/** Stands for a value of any type. */
export class Placeholder {
  constructor(readonly path: ValuePath) {}
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
  ) {}
}

/** Inserts the elements of a list value into a list. */
export class Each {
  constructor(readonly path: ValuePath) {}
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

export function text(...parts: readonly (string | Placeholder)[]): Text {
  return new Text(parts);
}

/** A path alone means that its value must be set. */
export function when(condition: ValuePath | Condition | readonly Condition[], then: Template): When {
  const one = typeof condition === 'string' ? [{ path: condition }] : [condition].flat();
  return new When(one as readonly Condition[], then);
}

export function each(path: ValuePath): Each {
  return new Each(path);
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
export function resolve(template: Template, values: Values): unknown {
  if (template instanceof Placeholder) return valueAt(values, template.path);
  if (template instanceof Text) {
    return template.parts.map((part) => (typeof part === 'string' ? part : resolve(part, values))).join('');
  }
  if (Array.isArray(template)) return template.flatMap((item) => resolveItem(item, values));
  if (typeof template !== 'object') return template;
  const members = Object.entries(template as Readonly<Record<string, Template>>).flatMap(([key, member]) =>
    resolveItem(member, values).map((resolved) => [key, resolved] as const),
  );
  return Object.fromEntries(members);
}

function resolveItem(item: Template, values: Values): unknown[] {
  if (item instanceof When) return holds(item.conditions, values) ? [resolve(item.then, values)] : [];
  if (item instanceof Each) return [...(valueAt(values, item.path) as readonly unknown[])];
  return [resolve(item, values)];
}
