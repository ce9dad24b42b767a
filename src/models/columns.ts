import type { Field, ModelSchema } from '../app/model-schema.js';
import { type Cell, type CellReader, cellReader, complaint } from './cell.js';
import { type Faults, meantInstead, member } from './fault.js';

/** The input of one request by column, in the order of the schema's fields. */
export interface ColumnSet {
  readonly rows: number;
  readonly columns: readonly (readonly Cell[])[];
}

/** Reads JSON input according to a model's schema. */
export class ColumnReader {
  readonly #fields: readonly Field[];
  readonly #readers: readonly CellReader[];
  readonly #names: ReadonlySet<string>;
  readonly #ignoresExtra: boolean;

  constructor(schema: ModelSchema) {
    this.#fields = schema.fields;
    this.#readers = schema.fields.map(cellReader);
    this.#names = new Set(schema.fields.map(({ name }) => name));
    this.#ignoresExtra = schema.extraFields === 'ignore';
  }

  /**
   * Reads one row as an object, rows as an array of objects, or columns as an object of arrays.
   *
   * @param faults collects all faults; the result is only valid if there are none
   */
  read(body: unknown, faults: Faults): ColumnSet {
    if (Array.isArray(body)) return this.#rows(body, faults);
    if (!isObject(body)) {
      faults.add(
        '',
        'shape',
        'must be an object (one row), an array of objects (rows) or an object of arrays (columns)',
      );
      return { rows: 0, columns: [] };
    }
    return Object.values(body).some(Array.isArray)
      ? this.columns(new Map(Object.entries(body)), faults, (name) => member('', name))
      : this.#rows([body], faults, '');
  }

  /** @param path of a single row; by default the path of each row is its index */
  #rows(rows: readonly unknown[], faults: Faults, path?: string): ColumnSet {
    const columns: Cell[][] = this.#fields.map(() => new Array(rows.length));
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (!isObject(row)) {
        faults.add(`[${i}]`, 'shape', 'must be an object, one row');
        continue;
      }
      this.#row(row, i, columns, faults, path ?? `[${i}]`);
    }
    return { rows: rows.length, columns };
  }

  #row(row: JsonObject, index: number, columns: readonly Cell[][], faults: Faults, path: string): void {
    let found = 0;
    for (let f = 0; f < this.#fields.length; f++) {
      const field = this.#fields[f]!;
      if (!Object.hasOwn(row, field.name)) {
        if (field.required) faults.add(member(path, field.name), 'missing', 'is missing');
        columns[f]![index] = null;
        continue;
      }
      found += 1;
      const value = row[field.name];
      const cell = this.#readers[f]!(value);
      if (cell !== undefined) {
        columns[f]![index] = cell;
        continue;
      }
      const { code, message } = complaint(field, value);
      faults.add(member(path, field.name), code, message);
    }
    if (this.#ignoresExtra) return;
    const names = Object.keys(row);
    if (names.length === found) return;
    for (const name of names) if (!this.#names.has(name)) this.#extra(member(path, name), name, faults);
  }

  /** @param pathOf the path of a column, for faults */
  columns(values: ReadonlyMap<string, unknown>, faults: Faults, pathOf: (name: string) => string): ColumnSet {
    const rows = rowsOf(values);
    const columns = this.#fields.map((field, f) => {
      const value = values.get(field.name);
      if (value === undefined) {
        if (field.required) faults.add(pathOf(field.name), 'missing', 'is missing');
        return new Array<Cell>(rows).fill(null);
      }
      if (!Array.isArray(value) || value.length !== rows) {
        const length = Array.isArray(value) ? `, not ${value.length}` : '';
        faults.add(
          pathOf(field.name),
          'shape',
          `must be an array of ${rows} values like the other columns${length}`,
        );
        return [];
      }
      return value.map((one: unknown, i) => {
        const cell = this.#readers[f]!(one);
        if (cell !== undefined) return cell;
        const { code, message } = complaint(field, one);
        faults.add(`${pathOf(field.name)}[${i}]`, code, message);
        return null;
      });
    });
    if (!this.#ignoresExtra) {
      for (const name of values.keys()) if (!this.#names.has(name)) this.#extra(pathOf(name), name, faults);
    }
    return { rows, columns };
  }

  #extra(path: string, name: string, faults: Faults): void {
    const near = faults.full ? '' : meantInstead(name, [...this.#names]);
    faults.add(path, 'extra', `is not a field of the model${near}`);
  }
}

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The most frequent length of the columns, so that faults name the columns of other lengths. */
function rowsOf(values: ReadonlyMap<string, unknown>): number {
  const counts = new Map<number, number>();
  for (const value of values.values()) {
    if (Array.isArray(value)) counts.set(value.length, (counts.get(value.length) ?? 0) + 1);
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}
