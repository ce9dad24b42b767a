import type { Field, FieldType } from '../app/model-schema.js';

/** What the configuration says of one field; what it does not say is as R found it. */
export type FieldSettings = Partial<Omit<Field, 'name' | 'type' | 'seen' | 'values'>> & {
  readonly type?: FieldType;
};

/** The `model` section of penstock.yaml, and of each model in its `models` section. */
export interface ModelSettings {
  readonly name?: string;
  readonly description?: string;
  /** The type of prediction that is given when a request asks for none. */
  readonly type?: string;
  readonly extraFields?: 'refuse' | 'ignore';
  /** R packages to attach on top of those that the model is known to need. */
  readonly packages?: readonly string[];
  /** By name; in the order in which they are to stand if the object does not tell its fields. */
  readonly fields?: ReadonlyMap<string, FieldSettings>;
}

/** One model of the `models` section, whose versions lie in a folder. */
export interface VersionedSettings extends ModelSettings {
  /** The version that is asked when none is named; by default the highest. */
  readonly default?: string;
  /** Shares of the requests that name no version, by version. */
  readonly split?: ReadonlyMap<string, number>;
}
