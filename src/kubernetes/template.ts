import { type ValuePath, type Values, valueAt } from './values.js';

/**
 * Manifests with places for values. They are printed in two ways: filled in, for Kustomize and `kubectl apply`
 * (`resolve`), and with the places left open, as the templates of a Helm chart (`helm-template.ts`). So there is one
 * source for both.
 */
export type Template =
  | string
  | number
  | boolean
  | Place
  | Text
  | When
  | Each
  | readonly Template[]
  | { readonly [key: string]: Template };

/** Where a value goes, whatever its type. */
export class Place {
  constructor(readonly path: ValuePath) {}
}

/** A string made of fixed parts and values. */
export class Text {
  constructor(readonly parts: readonly (string | Place)[]) {}
}

/** A member of a map or an element of a list that is there on conditions. */
export class When {
  constructor(
    readonly conditions: readonly Condition[],
    readonly then: Template,
  ) {}
}

/** In a list: the elements of a value that is a list. */
export class Each {
  constructor(readonly path: ValuePath) {}
}

/** The value is set (not empty, zero or false), or it is, or is not, the one that is named. */
export interface Condition {
  readonly path: ValuePath;
  readonly is?: string | boolean;
  readonly isNot?: string | boolean;
}

export function value(path: ValuePath): Place {
  return new Place(path);
}

export function text(...parts: readonly (string | Place)[]): Text {
  return new Text(parts);
}

/** A bare path is the condition that its value is set. */
export function when(condition: ValuePath | Condition | readonly Condition[], then: Template): When {
  const one = typeof condition === 'string' ? [{ path: condition }] : [condition].flat();
  return new When(one as readonly Condition[], then);
}

export function each(path: ValuePath): Each {
  return new Each(path);
}

/** Whether all conditions hold. */
export function holds(conditions: readonly Condition[], values: Values): boolean {
  return conditions.every(({ path, is, isNot }) => {
    const found = valueAt(values, path);
    if (is !== undefined) return found === is;
    if (isNot !== undefined) return found !== isNot;
    return isSet(found);
  });
}

/** As Helm has it: an empty list or map is not. */
function isSet(found: unknown): boolean {
  return typeof found === 'object' && found !== null ? Object.keys(found).length > 0 : Boolean(found);
}

/** The template with its values filled in. */
export function resolve(template: Template, values: Values): unknown {
  if (template instanceof Place) return valueAt(values, template.path);
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
