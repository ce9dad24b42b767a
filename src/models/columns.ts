import type { Field, ModelSchema } from '../app/model-schema.js';
import { type Cell, type CellReader, cellReader, complaint } from './cell.js';
import { type Faults, meantBy, meantInstead, member } from './fault.js';

/** The input of one request by column, in the order of the schema's fields. */
export interface ColumnSet {
  readonly rows: number;
  readonly columns: readonly (readonly Cell[])[];
  /** Names in the input that are not fields, if the model ignores them. */
  readonly ignored: readonly string[];
}

/** Where other protocols put the rows of a request. */
const wrappers = ['data', 'instances'];

/** The names of rows, as jsonlite's toJSON() and R's write.csv() write them. */
const rowNames = ['_row', ''];

/** Names of ignored members that are kept per request, and characters of each. */
const MAX_IGNORED_NAMES = 100;
const MAX_NAME_LENGTH = 100;
/** Other members of a row among which a missing field is looked for. */
const MAX_CANDIDATES = 20;

/** Reads JSON input according to a model's schema. */
export class ColumnReader {
  readonly #fields: readonly Field[];
  readonly #readers: readonly CellReader[];
  readonly #byName: ReadonlyMap<string, Field>;
  readonly #ignoresExtra: boolean;

  constructor(schema: ModelSchema) {
    this.#fields = schema.fields;
    this.#readers = schema.fields.map(cellReader);
    this.#byName = new Map(schema.fields.map((field) => [field.name, field]));
    this.#ignoresExtra = schema.extraFields === 'ignore';
  }

  /**
   * Reads one row as an object, rows as an array of objects, or columns as an object of arrays; each of them also as the
   * member `data` or `instances` of an object.
   *
   * @param faults collects all faults; the result is only valid if there are none
   */
  read(body: unknown, faults: Faults): ColumnSet {
    const reading = new Reading(faults);
    const wrapper = this.#wrapperOf(body);
    if (wrapper === undefined) return this.#read(body, '', reading);
    const { [wrapper]: rows, ...others } = body as JsonObject;
    for (const name of Object.keys(others)) this.#extra(name, name, reading);
    return this.#read(rows, wrapper, reading);
  }

  #wrapperOf(body: unknown): string | undefined {
    if (!isObject(body) || Object.keys(body).some((name) => this.#byName.has(name))) return undefined;
    return wrappers.find((name) => typeof body[name] === 'object' && body[name] !== null);
  }

  /** @param path of the body */
  #read(body: unknown, path: string, reading: Reading): ColumnSet {
    if (Array.isArray(body)) return this.#rows(body, (i) => `${path}[${i}]`, reading);
    if (!isObject(body)) {
      const message =
        'must be an object (one row), an array of objects (rows) or an object of arrays (columns)';
      reading.faults.add(path, 'shape', message);
      return reading.result(0, []);
    }
    return Object.entries(body).some(([name, value]) => isColumn(this.#byName.get(name), value))
      ? this.#columns(new Map(Object.entries(body)), (name) => member(path, name), reading)
      : this.#rows([body], () => path, reading);
  }

  #rows(rows: readonly unknown[], pathOf: (row: number) => string, reading: Reading): ColumnSet {
    const columns: Cell[][] = this.#fields.map(() => new Array(rows.length));
    const inSomeRow = new Map<string, boolean>();
    const isInSomeRow = (name: string): boolean => {
      const known = inSomeRow.get(name) ?? rows.some((row) => isObject(row) && Object.hasOwn(row, name));
      inSomeRow.set(name, known);
      return known;
    };
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (isObject(row)) this.#row(row, i, columns, isInSomeRow, pathOf(i), reading);
      else reading.faults.add(pathOf(i), 'shape', 'must be an object, one row');
    }
    return reading.result(rows.length, columns);
  }

  #row(
    row: JsonObject,
    index: number,
    columns: readonly Cell[][],
    isInSomeRow: (name: string) => boolean,
    path: string,
    reading: Reading,
  ): void {
    let found = 0;
    for (let f = 0; f < this.#fields.length; f++) {
      const field = this.#fields[f]!;
      const has = Object.hasOwn(row, field.name);
      if (has) found += 1;
      else if (!field.required) {
        columns[f]![index] = null;
        continue;
      } else if (!isInSomeRow(field.name)) {
        const message = reading.faults.isFull ? 'is missing' : this.#absence(field.name, row);
        reading.faults.add(member(path, field.name), 'missing', message, 'missing');
        continue;
      }
      // R's clients omit missing values.
      const value = has ? row[field.name] : null;
      const cell = this.#readers[f]!(value);
      if (cell !== undefined) {
        columns[f]![index] = cell;
        continue;
      }
      const { code, message, remedy } = complaint(field, value);
      reading.faults.add(member(path, field.name), code, message, remedy);
    }
    const names = Object.keys(row);
    if (names.length === found) return;
    for (const name of names) if (!this.#byName.has(name)) this.#extra(member(path, name), name, reading);
  }

  /** That a field is missing, and what was perhaps meant to be it. */
  #absence(name: string, row: JsonObject): string {
    const others = Object.keys(row)
      .slice(0, this.#fields.length + MAX_CANDIDATES)
      .filter((other) => !this.#byName.has(other) && other.length <= MAX_NAME_LENGTH)
      .slice(0, MAX_CANDIDATES);
    return `is missing${meantBy(name, others)}`;
  }

  /** @param pathOf the path of a column, for faults */
  columns(values: ReadonlyMap<string, unknown>, faults: Faults, pathOf: (name: string) => string): ColumnSet {
    return this.#columns(values, pathOf, new Reading(faults));
  }

  #columns(
    values: ReadonlyMap<string, unknown>,
    pathOf: (name: string) => string,
    reading: Reading,
  ): ColumnSet {
    const rows = rowsOf(this.#fields.map(({ name }) => values.get(name)));
    const columns = this.#fields.map((field, f) => {
      const value = values.get(field.name);
      if (value === undefined) {
        if (field.required) reading.faults.add(pathOf(field.name), 'missing', 'is missing', 'missing');
        return new Array<Cell>(rows).fill(null);
      }
      if (!Array.isArray(value) || value.length !== rows) {
        const length = Array.isArray(value) ? `, not ${value.length}` : '';
        reading.faults.add(
          pathOf(field.name),
          'shape',
          `must be an array of ${rows} values like the other columns${length}`,
        );
        return [];
      }
      return value.map((one: unknown, i) => {
        const cell = this.#readers[f]!(one);
        if (cell !== undefined) return cell;
        const { code, message, remedy } = complaint(field, one);
        reading.faults.add(`${pathOf(field.name)}[${i}]`, code, message, remedy);
        return null;
      });
    });
    for (const name of values.keys()) if (!this.#byName.has(name)) this.#extra(pathOf(name), name, reading);
    return reading.result(rows, columns);
  }

  #extra(path: string, name: string, { faults, ignored }: Reading): void {
    if (rowNames.includes(name)) return;
    if (!this.#ignoresExtra) {
      const near = faults.isFull ? '' : meantInstead(name, [...this.#byName.keys()]);
      faults.add(path, 'extra', `is not a field of the model${near}`, 'extra');
    } else if (ignored.size < MAX_IGNORED_NAMES) ignored.add(shortened(name));
  }
}

/** What is found while one request is read. */
class Reading {
  readonly faults: Faults;
  readonly ignored = new Set<string>();

  constructor(faults: Faults) {
    this.faults = faults;
  }

  result(rows: number, columns: ColumnSet['columns']): ColumnSet {
    return { rows, columns, ignored: [...this.ignored] };
  }
}

/** A name for messages and headers. Half of a surrogate pair has no form there. */
function shortened(name: string): string {
  const text = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
  return Buffer.from(text).toString();
}

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a member of the body has the values of a field in all rows. A row of a matrix is an array too. */
function isColumn(field: Field | undefined, value: unknown): boolean {
  if (field === undefined || !Array.isArray(value)) return false;
  return field.columns === undefined || value.length !== field.columns || value.some(Array.isArray);
}

/** The most frequent length of the columns, so that faults name the columns of other lengths. */
function rowsOf(values: readonly unknown[]): number {
  const counts = new Map<number, number>();
  for (const value of values) {
    if (Array.isArray(value)) counts.set(value.length, (counts.get(value.length) ?? 0) + 1);
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}
