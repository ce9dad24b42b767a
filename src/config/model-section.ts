import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { type FieldType, fieldTypes } from '../model/schema.js';
import type { FieldSettings, ModelSettings, VersionedSettings } from '../model/settings.js';
import { meant } from './settings.js';

/** What a section came to, and what is wrong with it: each fault with its line. */
interface Section<T> {
  readonly settings: T;
  readonly faults: string[];
}

/**
 * Reads the `model` section of a configuration file.
 *
 * @param at names the file and the line of an offset
 */
export function readModelSection(
  node: unknown,
  document: Document,
  at: (offset: number) => string,
): Section<ModelSettings> {
  const reader = new Reader(document, at);
  return { settings: reader.model(node, 'model'), faults: reader.faults };
}

/** The `models` section: the same for each model of a folder, by its name. */
export function readModelsSection(
  node: unknown,
  document: Document,
  at: (offset: number) => string,
): Section<ReadonlyMap<string, VersionedSettings>> {
  const reader = new Reader(document, at);
  return { settings: reader.models(node, 'models'), faults: reader.faults };
}

/** Reads one value, or says by what it should have been. */
type Read<T> = (node: unknown, path: string) => T | undefined;

class Reader {
  readonly faults: string[] = [];
  readonly #document: Document;
  readonly #at: (offset: number) => string;

  constructor(document: Document, at: (offset: number) => string) {
    this.#document = document;
    this.#at = at;
  }

  model(node: unknown, path: string): ModelSettings {
    return withCamelCase(this.#members(node, path, { name: this.#text, ...this.#common }));
  }

  models(node: unknown, path: string): ReadonlyMap<string, VersionedSettings> {
    const own = { default: this.#text, split: this.#shares };
    const read: Read<VersionedSettings> = (value, at) =>
      withCamelCase(this.#members(value, at, { ...this.#common, ...own }));
    return this.#named(node, path, read) ?? new Map();
  }

  /** A map whose keys are anybody's names. */
  #named<T>(node: unknown, path: string, read: Read<T>): ReadonlyMap<string, T> | undefined {
    const map = this.#map(node, path, 'a map of names');
    if (map === undefined) return undefined;
    const values = new Map<string, T>();
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? textOf(pair.key) : String(pair.key);
      const value = read(pair.value ?? pair, `${path}.${name}`);
      if (value !== undefined) values.set(name, value);
    }
    return values;
  }

  readonly #shares: Read<ReadonlyMap<string, number>> = (node, path) => this.#named(node, path, this.#share);

  readonly #share: Read<number> = (node, path) =>
    this.#scalar(node, path, 'a number of at least 0', (value) =>
      typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined,
    );

  readonly #fields: Read<ReadonlyMap<string, FieldSettings>> = (node, path) =>
    this.#named(node, path, (value, at) => this.#field(value, at));

  get #common() {
    return {
      description: this.#text,
      type: this.#text,
      'extra-fields': this.#choice('refuse', 'ignore'),
      packages: this.#texts,
      fields: this.#fields,
    };
  }

  /** A map, or only its type. */
  #field(node: unknown, path: string): FieldSettings | undefined {
    const type = this.#choice<FieldType>(...fieldTypes);
    const value = this.#resolve(node);
    if (isScalar(value)) {
      const only = type(value, path);
      return only === undefined ? undefined : { type: only };
    }
    return this.#members(value, path, {
      type,
      levels: this.#texts,
      ordered: this.#boolean,
      min: this.#number,
      max: this.#number,
      nulls: this.#boolean,
      required: this.#boolean,
      example: this.#example,
    });
  }

  /** The members of a map that are known, read; the others are faults. */
  #members<T extends Record<string, unknown>>(
    node: unknown,
    path: string,
    readers: { [K in keyof T]: Read<T[K]> },
  ): Partial<T> {
    const map = this.#map(node, path, 'a map');
    const read: Partial<T> = {};
    for (const pair of map?.items ?? []) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      if (!Object.hasOwn(readers, key)) {
        const known = Object.keys(readers);
        const near = meant(key, known) || ` There are ${known.join(', ')}.`;
        this.#fault(pair.key, `unknown key \`${key}\` in \`${path}\`.${near}`);
        continue;
      }
      const value = readers[key]!(pair.value ?? pair, `${path}.${key}`);
      if (value !== undefined) read[key as keyof T] = value as T[keyof T];
    }
    return read;
  }

  #map(node: unknown, path: string, expects: string): YAMLMap | undefined {
    const value = this.#resolve(node);
    if (isMap(value)) return value;
    this.#fault(node, `\`${path}\` must be ${expects}.`);
    return undefined;
  }

  readonly #text: Read<string> = (node, path) => this.#scalar(node, path, 'a text', (value) => String(value));

  readonly #boolean: Read<boolean> = (node, path) =>
    this.#scalar(node, path, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));

  readonly #number: Read<number> = (node, path) =>
    this.#scalar(node, path, 'a number', (value) =>
      typeof value === 'number' && Number.isFinite(value) ? value : undefined,
    );

  readonly #example: Read<string | number | boolean> = (node, path) =>
    this.#scalar(node, path, 'a value', (value) => value as string | number | boolean);

  #choice<T extends string>(...choices: readonly T[]): Read<T> {
    return (node, path) =>
      this.#scalar(node, path, `one of ${choices.join(', ')}`, (value) =>
        choices.find((one) => one === value),
      );
  }

  readonly #texts: Read<readonly string[]> = (node, path) => {
    const value = this.#resolve(node);
    if (isScalar(value) && value.value !== null) return [textOf(value)];
    if (isSeq(value) && value.items.every((item) => isScalar(item) && item.value !== null)) {
      return value.items.map(textOf);
    }
    this.#fault(node, `\`${path}\` must be a list of texts.`);
    return undefined;
  };

  #scalar<T>(
    node: unknown,
    path: string,
    expects: string,
    parse: (value: unknown) => T | undefined,
  ): T | undefined {
    const value = this.#resolve(node);
    const parsed = isScalar(value) && value.value !== null ? parse(value.value) : undefined;
    if (parsed === undefined) this.#fault(node, `\`${path}\` must be ${expects}.`);
    return parsed;
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #fault(node: unknown, message: string): void {
    const range = (node as Node | null)?.range ?? ((node as Pair | null)?.key as Node | null)?.range;
    this.faults.push(`${this.#at(range?.[0] ?? 0)}: ${message}`);
  }
}

/** A level like 4 or 1.0 as it is written. */
function textOf(node: unknown): string {
  const { source, value } = node as { source?: string; value: unknown };
  return typeof value === 'string' ? value : (source ?? String(value));
}

/** Names with hyphens are for the file. */
function withCamelCase<T extends { 'extra-fields'?: 'refuse' | 'ignore' }>(
  settings: T,
): Omit<T, 'extra-fields'> & { extraFields?: 'refuse' | 'ignore' } {
  const { 'extra-fields': extraFields, ...rest } = settings;
  return { ...rest, ...(extraFields !== undefined && { extraFields }) };
}
