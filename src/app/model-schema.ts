/** What a model takes and gives, as the gateway checks and describes it. */

export const fieldTypes = ['number', 'integer', 'boolean', 'string', 'factor', 'date', 'datetime'] as const;

/** `integer` asks for whole numbers and is an integer vector in R, `number` is a double in R. */
export type FieldType = (typeof fieldTypes)[number];

/** One column of a model's input. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** The values of a factor, in R's order, or those that a string may have. */
  readonly levels?: readonly string[];
  readonly ordered?: boolean;
  /** The values that a number may have, where the model knows no others (`factor(cyl)` in a formula). */
  readonly values?: readonly number[];
  /** Bounds that are enforced: only those of the configuration are. */
  readonly min?: number;
  readonly max?: number;
  /** What the training data had, to be shown. */
  readonly seen?: { readonly min: number; readonly max: number };
  /** A missing value (JSON's null) is taken, and is NA in R. */
  readonly nulls: boolean;
  /** False: a row may leave it out, which is the same as null. */
  readonly required: boolean;
  readonly example: string | number | boolean;
  /** Time zone of a datetime in R. */
  readonly timezone?: string;
}

/** One column of what comes out, as one prediction has shown. */
export interface Output {
  readonly name: string;
  readonly type: 'double' | 'integer' | 'logical' | 'character' | 'factor';
  readonly levels?: readonly string[];
}

export interface ModelSchema {
  readonly fields: readonly Field[];
  /** What becomes of members of a row that are no field. */
  readonly extraFields: 'refuse' | 'ignore';
}

/** What predict() is to give. Requests that agree in it can be answered by one call. */
export interface PredictOptions {
  /** As `predict(type = )`; undefined leaves it to R. */
  readonly type?: string;
  readonly interval?: 'confidence' | 'prediction';
  /** Of the interval, between 0 and 1. */
  readonly level?: number;
}

/** What is known of a model, whatever the configuration says. */
export interface ModelFacts {
  readonly name: string;
  readonly version: string;
  /** What the workers know it as. */
  readonly loadedAs: string;
  readonly classes: readonly string[];
  readonly description: string;
  /** R packages that it needs. */
  readonly packages: readonly string[];
  /** What `?type=` may say; undefined where that is not known, and R decides. */
  readonly types: readonly string[] | undefined;
  readonly intervals: readonly string[];
  /** What `/metadata` tells; vetiver's `user`, `version`, `url` and `required_pkgs`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Output[];
}

/** A model that is served: one file, loaded by every worker. */
export interface ServedModel extends ModelFacts, ModelSchema {
  /** What `predict()` gives when it is not told. */
  readonly rDefault: string | undefined;
  /** What is asked of R when a request says nothing. */
  readonly options: PredictOptions;
}
