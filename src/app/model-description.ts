import type { Field, FieldType, ModelFacts, Output } from './model-schema.js';

/** A field as R found it in the object; `unknown` has to be given in the configuration. */
export interface FoundField {
  readonly name: string;
  readonly type: FieldType | 'unknown';
  readonly levels?: readonly string[];
  readonly ordered?: boolean;
  readonly values?: readonly number[];
  readonly seen?: { readonly min: number; readonly max: number };
  readonly example?: Field['example'];
  readonly timezone?: string;
}

/** A model as the R side describes it (`r/model-app.R`). */
export interface ModelDescription extends ModelFacts {
  /** Why it could not be loaded; then only its name and version are known besides. */
  readonly failure: string | undefined;
  /** Undefined where the object does not tell. */
  readonly fields: readonly FoundField[] | undefined;
  readonly defaultType: string | undefined;
  /** predict() copes with missing values. */
  readonly nulls: boolean;
  /** What predict() said to the example row, if it failed. */
  readonly trialFailure: string | undefined;
}

type Plain = Record<string, unknown>;

/** From the R list, as `toPlain()` gives it: NULL is null, and a vector of one element a scalar. */
export function descriptionFrom(plain: Plain): ModelDescription {
  const metadata = plain.metadata as Plain | null;
  return {
    loadedAs: String(plain.loaded_as),
    failure: (plain.failure as string | null) ?? undefined,
    name: String(plain.name),
    version: String(plain.version),
    classes: list(plain.class),
    description: String(plain.description),
    packages: list(plain.packages),
    fields: !present(plain.fields) ? undefined : list<Plain>(plain.fields).map(foundField),
    types: present(plain.types) ? list(plain.types) : undefined,
    defaultType: (plain.default_type as string | null) ?? undefined,
    intervals: list(plain.intervals),
    nulls: plain.nulls === true,
    metadata: Array.isArray(metadata) ? {} : (metadata ?? {}),
    outputs: list<Plain>(plain.outputs).map((output) => ({
      name: String(output.name),
      type: output.type as Output['type'],
      ...(output.levels !== null && { levels: list<string>(output.levels) }),
    })),
    trialFailure: (plain.trial_failure as string | null) ?? undefined,
  };
}

function foundField({ example, levels, max, min, name, ordered, timezone, type, values }: Plain): FoundField {
  return {
    name: String(name),
    type: type as FoundField['type'],
    ...(present(levels) && { levels: list<string>(levels) }),
    ...(present(values) && { values: list<number>(values) }),
    ...(ordered === true && { ordered: true }),
    ...(present(min) && { seen: { min: Number(min), max: Number(max) } }),
    ...(present(example) && { example: example as Field['example'] }),
    ...(typeof timezone === 'string' && timezone !== '' && { timezone }),
  };
}

function present(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function list<T>(value: unknown): T[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as T[];
}
