import type { Field, FieldType } from '../app/model-schema.js';

/** Settings of one field. Anything not set is taken from the model object. */
export type FieldSettings = Partial<
  Omit<Field, 'name' | 'type' | 'seen' | 'values' | 'columns' | 'logical'>
> & {
  readonly type?: FieldType;
};

/** The `model` section of penstock.yaml, and of each model in its `models` section. */
export interface ModelSettings {
  readonly name?: string;
  readonly description?: string;
  /** Type of prediction for requests that do not ask for one. */
  readonly type?: string;
  readonly extraFields?: 'refuse' | 'ignore';
  /** R packages to attach in addition to those that the model's class requires. */
  readonly packages?: readonly string[];
  /** By name. Also sets the order of the fields if the model object does not contain them. */
  readonly fields?: ReadonlyMap<string, FieldSettings>;
}

/** One model of the `models` section. Its versions are files in a folder. */
export interface VersionedSettings extends ModelSettings {
  /** Version for requests that do not name one; by default the highest. */
  readonly default?: string;
  /** Split of the requests that do not name a version, as weights by version. */
  readonly split?: ReadonlyMap<string, number>;
}
