import { type Document, isMap, isScalar } from 'yaml';
import { type FieldType, fieldTypes } from '../app/model-schema.js';
import type { FieldSettings, ModelSettings, VersionedSettings } from './model-settings.js';
import { type Read, type Section, SectionReader } from './section-reader.js';

/**
 * Reads the `model` section of a configuration file.
 *
 * @param at gives the file and line of an offset
 */
export function readModelSection(
  node: unknown,
  document: Document,
  at: (offset: number) => string,
): Section<ModelSettings> {
  const reader = new Reader(document, at);
  return { settings: reader.model(node, 'model'), faults: reader.faults };
}

/** Reads the `models` section: settings of the models in a folder, by name. */
export function readModelsSection(
  node: unknown,
  document: Document,
  at: (offset: number) => string,
): Section<ReadonlyMap<string, VersionedSettings>> {
  const reader = new Reader(document, at);
  return { settings: reader.models(node, 'models'), faults: reader.faults };
}

class Reader extends SectionReader {
  model(node: unknown, path: string): ModelSettings {
    return withCamelCase(this.members(node, path, { name: this.text, ...this.#common }));
  }

  models(node: unknown, path: string): ReadonlyMap<string, VersionedSettings> {
    const own = { default: this.text, split: this.#shares };
    const read: Read<VersionedSettings> = (value, at) =>
      withCamelCase(this.members(value, at, { ...this.#common, ...own }));
    return this.named(node, path, read) ?? new Map();
  }

  readonly #shares: Read<ReadonlyMap<string, number>> = (node, path) => this.named(node, path, this.#share);

  readonly #share: Read<number> = (node, path) =>
    this.scalar(node, path, 'a number of at least 0', (value) =>
      typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined,
    );

  readonly #fields: Read<ReadonlyMap<string, FieldSettings>> = (node, path) =>
    this.named(node, path, (value, at) => this.#field(value, at));

  readonly #example: Read<string | number | boolean> = (node, path) =>
    this.scalar(node, path, 'a value', (value) => value as string | number | boolean);

  /** An example of a text such as 01234, which YAML reads as a number. */
  #exampleOf(field: unknown): Read<string | number | boolean> {
    const type = isMap(field) ? field.get('type') : undefined;
    return ['string', 'factor', 'date', 'datetime'].includes(String(type)) ? this.text : this.#example;
  }

  get #common() {
    return {
      description: this.text,
      type: this.text,
      'extra-fields': this.choice('refuse', 'ignore'),
      packages: this.texts,
      fields: this.#fields,
    };
  }

  /** A field is a map, or only its type. */
  #field(node: unknown, path: string): FieldSettings | undefined {
    const type = this.choice<FieldType>(...fieldTypes);
    const value = this.resolve(node);
    if (isScalar(value)) {
      const only = type(value, path);
      return only === undefined ? undefined : { type: only };
    }
    return this.members(value, path, {
      type,
      levels: this.texts,
      ordered: this.boolean,
      min: this.number,
      max: this.number,
      nulls: this.boolean,
      required: this.boolean,
      example: this.#exampleOf(value),
    });
  }
}

/** Hyphens are only used in the file. */
function withCamelCase<T extends { 'extra-fields'?: 'refuse' | 'ignore' }>(
  settings: T,
): Omit<T, 'extra-fields'> & { extraFields?: 'refuse' | 'ignore' } {
  const { 'extra-fields': extraFields, ...rest } = settings;
  return { ...rest, ...(extraFields !== undefined && { extraFields }) };
}
