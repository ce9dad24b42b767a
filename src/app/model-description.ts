import type { Field, FieldType, ModelFacts, Output } from './model-schema.js';

/** A field as R found it in the object. The configuration must set the type if it is `unknown`. */
export interface FoundField {
  readonly name: string;
  readonly type: FieldType | 'unknown';
  /** The type to suggest if it is `unknown`. */
  readonly likely?: FieldType;
  readonly columns?: number;
  readonly logical?: boolean;
  /** Bounds that the model enforces. */
  readonly min?: number;
  readonly max?: number;
  readonly levels?: readonly string[];
  readonly ordered?: boolean;
  readonly values?: readonly number[];
  readonly seen?: { readonly min: number; readonly max: number };
  readonly example?: Field['example'];
  readonly timezone?: string;
}

/** A model as R describes it (`r/model-app.R`). */
export interface ModelDescription extends ModelFacts {
  /** Why the model could not be loaded. If set, only its name and version are known. */
  readonly failure: string | undefined;
  /** Undefined if the object does not contain them. */
  readonly fields: readonly FoundField[] | undefined;
  readonly defaultType: string | undefined;
  /** Whether predict() accepts missing values. */
  readonly nulls: boolean;
  /** The error of predict() for the example row. */
  readonly trialFailure: string | undefined;
}

type Plain = Record<string, unknown>;

/** Reads the R list as `toPlain()` returns it: NULL is null, and a vector of one element is a scalar. */
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
    parameters: parametersFrom(plain.parameters as Plain | null),
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

function foundField(plain: Plain): FoundField {
  const {
    columns,
    example,
    levels,
    likely,
    limits,
    logical,
    max,
    min,
    name,
    ordered,
    timezone,
    type,
    values,
  } = plain;
  return {
    name: String(name),
    type: type as FoundField['type'],
    ...(present(likely) && { likely: likely as FieldType }),
    ...(present(columns) && { columns: Number(columns) }),
    ...(logical === true && { logical: true }),
    ...(present(limits) && { min: list<number>(limits)[0]!, max: list<number>(limits)[1]! }),
    ...(present(levels) && { levels: list<string>(levels) }),
    ...(present(values) && { values: list<number>(values) }),
    ...(ordered === true && { ordered: true }),
    ...(present(min) && { seen: { min: Number(min), max: Number(max) } }),
    ...(present(example) && {
      example: present(columns) ? list<number>(example) : (example as Field['example']),
    }),
    ...(typeof timezone === 'string' && timezone !== '' && { timezone }),
  };
}

function parametersFrom(plain: Plain | null): ModelFacts['parameters'] {
  return Object.entries(plain ?? {}).map(([name, words]) => ({ name, words: list<string>(words) }));
}

function present(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** A vector from R: `toPlain()` returns NULL as null, and a vector of one element as a scalar. */
export function list<T>(value: unknown): T[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as T[];
}
