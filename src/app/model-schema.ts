/** The input and output of a model, as the gateway validates and documents them. */

export const fieldTypes = ['number', 'integer', 'boolean', 'string', 'factor', 'date', 'datetime'] as const;

/** `integer` accepts whole numbers and becomes an integer vector in R. `number` becomes a double vector. */
export type FieldType = (typeof fieldTypes)[number];

/** One column of a model's input. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** The levels of a factor, in R's order, or the values that a string may have. */
  readonly levels?: readonly string[];
  readonly ordered?: boolean;
  /** The values that a number may have, if the model knows no others (`factor(cyl)` in a formula). */
  readonly values?: readonly number[];
  /** Number of columns of a matrix in R: a value is then an array of as many numbers. */
  readonly columns?: number;
  /** Whether true and false are accepted as 1 and 0, which R takes them for in this field. */
  readonly logical?: boolean;
  /** Enforced bounds. Only the configuration sets them. */
  readonly min?: number;
  readonly max?: number;
  /** The range of the training data, for documentation only. */
  readonly seen?: { readonly min: number; readonly max: number };
  /** Whether JSON's null is accepted; it becomes NA in R. */
  readonly nulls: boolean;
  /** If false, a row may omit the field, which means null. */
  readonly required: boolean;
  readonly example: string | number | boolean | readonly number[];
  /** Time zone of a datetime in R. */
  readonly timezone?: string;
}

/** One column of the output, as found in a trial prediction. */
export interface Output {
  readonly name: string;
  readonly type: 'double' | 'integer' | 'logical' | 'character' | 'factor';
  readonly levels?: readonly string[];
}

export interface ModelSchema {
  readonly fields: readonly Field[];
  /** How to treat members of a row that are not fields. */
  readonly extraFields: 'refuse' | 'ignore';
}

/** Arguments of predict(). One call can answer all requests with the same options. */
export interface PredictOptions {
  /** `predict(type = )`; undefined leaves the choice to R. */
  readonly type?: string;
  readonly interval?: 'confidence' | 'prediction';
  /** Level of the interval, between 0 and 1. */
  readonly level?: number;
  /** More arguments, by name. */
  readonly more?: Readonly<Record<string, number | string>>;
}

/** An argument of predict() that requests may set to a number or to one of some words. */
export interface Parameter {
  readonly name: string;
  readonly words: readonly string[];
}

/** What is known about a model, independent of the configuration. */
export interface ModelFacts {
  readonly name: string;
  readonly version: string;
  /** The name under which the workers loaded it. */
  readonly loadedAs: string;
  readonly classes: readonly string[];
  readonly description: string;
  /** The R packages that it needs. */
  readonly packages: readonly string[];
  /** The allowed values of `?type=`; undefined if unknown, which leaves the check to R. */
  readonly types: readonly string[] | undefined;
  readonly intervals: readonly string[];
  /** More parameters of requests, such as glmnet's `s`. */
  readonly parameters: readonly Parameter[];
  /** The answer of `/metadata`: vetiver's `user`, `version`, `url` and `required_pkgs`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Output[];
}

/** A served model: one file, loaded by every worker. */
export interface ServedModel extends ModelFacts, ModelSchema {
  /** The type that `predict()` uses by default. */
  readonly rDefault: string | undefined;
  /** The options of a request that sets none. */
  readonly options: PredictOptions;
}
