import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { didYouMean } from './settings.js';

/** The settings of a section, and its errors, each with its line. */
export interface Section<T> {
  readonly settings: T;
  readonly faults: string[];
}

/** Reads one value. Records an error and returns undefined if it is not valid. */
export type Read<T> = (node: unknown, path: string) => T | undefined;

/** Reads the nested sections of the configuration file. */
export class SectionReader {
  readonly faults: string[] = [];
  readonly #document: Document;
  readonly #at: (offset: number) => string;

  /** @param at gives the file and line of an offset */
  constructor(document: Document, at: (offset: number) => string) {
    this.#document = document;
    this.#at = at;
  }

  /** Reads a map with arbitrary keys. */
  protected named<T>(node: unknown, path: string, read: Read<T>): ReadonlyMap<string, T> | undefined {
    const map = this.map(node, path, 'a map with names as keys');
    if (map === undefined) return undefined;
    const values = new Map<string, T>();
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? textOf(pair.key) : String(pair.key);
      const value = read(pair.value ?? pair, `${path}.${name}`);
      if (value !== undefined) values.set(name, value);
    }
    return values;
  }

  /** Reads a map with known keys. Unknown keys are errors. */
  protected members<T extends Record<string, unknown>>(
    node: unknown,
    path: string,
    readers: { [K in keyof T]: Read<T[K]> },
  ): Partial<T> {
    const map = this.map(node, path, 'a map');
    const read: Partial<T> = {};
    for (const pair of map?.items ?? []) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      if (!Object.hasOwn(readers, key)) {
        const known = Object.keys(readers);
        const near = didYouMean(key, known) || ` Known keys: ${known.join(', ')}.`;
        this.fault(pair.key, `unknown key \`${key}\` in \`${path}\`.${near}`);
        continue;
      }
      const value = readers[key]!(pair.value ?? pair, `${path}.${key}`);
      if (value !== undefined) read[key as keyof T] = value as T[keyof T];
    }
    return read;
  }

  protected map(node: unknown, path: string, expects: string): YAMLMap | undefined {
    const value = this.resolve(node);
    if (isMap(value)) return value;
    this.fault(node, `\`${path}\`: expected ${expects}.`);
    return undefined;
  }

  protected readonly text: Read<string> = (node, path) =>
    this.scalar(node, path, 'a string', (_value, text) => text);

  protected readonly boolean: Read<boolean> = (node, path) =>
    this.scalar(node, path, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));

  protected readonly number: Read<number> = (node, path) =>
    this.scalar(node, path, 'a number', (value) =>
      typeof value === 'number' && Number.isFinite(value) ? value : undefined,
    );

  protected choice<T extends string>(...choices: readonly T[]): Read<T> {
    return (node, path) =>
      this.scalar(node, path, `one of ${choices.join(', ')}`, (value) =>
        choices.find((one) => one === value),
      );
  }

  protected readonly texts: Read<readonly string[]> = (node, path) => {
    const value = this.resolve(node);
    if (isScalar(value) && value.value !== null) return [textOf(value)];
    if (isSeq(value) && value.items.every((item) => isScalar(item) && item.value !== null)) {
      return value.items.map(textOf);
    }
    this.fault(node, `\`${path}\`: expected a list of strings.`);
    return undefined;
  };

  /** @param parse gets the value that YAML reads, and its text as written */
  protected scalar<T>(
    node: unknown,
    path: string,
    expects: string,
    parse: (value: unknown, text: string) => T | undefined,
  ): T | undefined {
    const value = this.resolve(node);
    const parsed = isScalar(value) && value.value !== null ? parse(value.value, textOf(value)) : undefined;
    if (parsed === undefined) this.fault(node, `\`${path}\`: expected ${expects}.`);
    return parsed;
  }

  protected resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  protected fault(node: unknown, message: string): void {
    this.faults.push(`${this.place(node)}: ${message}`);
  }

  /** The file and line of a node. */
  protected place(node: unknown): string {
    const range = (node as Node | null)?.range ?? ((node as Pair | null)?.key as Node | null)?.range;
    return this.#at(range?.[0] ?? 0);
  }
}

/** The text of a scalar as written: a version such as 1.10 keeps its zero. */
export function textOf(node: unknown): string {
  const { source, value } = node as { source?: string; value: unknown };
  return typeof value === 'string' ? value : (source ?? String(value));
}
