import type { PredictOptions, ServedModel } from '../app/model-schema.js';
import { BatchPolicy, type BatchReports, NO_REPORTS } from '../dispatch/batch-policy.js';
import { Route } from '../dispatch/route.js';
import { ColumnReader, type ColumnSet } from './columns.js';
import { type Faults, meantInstead } from './fault.js';

const common = ['type', 'interval', 'level'];
const intervalKinds = ['confidence', 'prediction'] as const;

/** Maximum number of rows in a batch of requests. */
const MAX_BATCH_ROWS = 1024;

/** Ignored names that are reported per model. Clients could send any number of them. */
const MAX_REPORTED_NAMES = 100;

/** What a model's endpoint reports. */
export interface EndpointReports extends BatchReports {
  /** Names in requests that are not fields, each once. */
  ignored(names: readonly string[]): void;
}

/** One version of a model, ready for requests. */
export class Endpoint {
  readonly model: ServedModel;
  readonly #reader: ColumnReader;
  readonly #reports: EndpointReports;
  readonly #ignored = new Set<string>();
  /** predict() takes any number of rows. Trials show whether the rows are independent. */
  readonly batching: BatchPolicy;
  readonly route: Route;

  constructor(model: ServedModel, reports: EndpointReports = { ...NO_REPORTS, ignored: () => {} }) {
    this.model = model;
    this.#reports = reports;
    this.batching = new BatchPolicy({ max: MAX_BATCH_ROWS, wait: 0 }, reports);
    this.route = new Route(Infinity, this.batching);
    this.#reader = new ColumnReader(model);
  }

  /** Reads rows or columns as JSON values. */
  read(body: unknown, faults: Faults): ColumnSet {
    return this.#note(this.#reader.read(body, faults));
  }

  /** @param pathOf the path of a column, for faults */
  columns(values: ReadonlyMap<string, unknown>, faults: Faults, pathOf: (name: string) => string): ColumnSet {
    return this.#note(this.#reader.columns(values, faults, pathOf));
  }

  #note(input: ColumnSet): ColumnSet {
    const names = input.ignored
      .filter((name) => !this.#ignored.has(name))
      .slice(0, MAX_REPORTED_NAMES - this.#ignored.size);
    for (const name of names) this.#ignored.add(name);
    if (names.length > 0) this.#reports.ignored(names);
    return input;
  }

  /**
   * Reads the options for predict(): `type`, `interval`, `level` and those of the model, from the query or from V2's
   * parameters.
   */
  options(
    asked: ReadonlyMap<string, unknown>,
    faults: Faults,
    pathOf: (name: string) => string,
  ): PredictOptions {
    const known = [...common, ...this.model.parameters.map(({ name }) => name)];
    for (const name of asked.keys()) {
      if (!known.includes(name)) {
        faults.add(pathOf(name), 'extra', `is not a parameter of predictions${meantInstead(name, known)}`);
      }
    }
    const type = this.#type(asked.get('type'), faults, pathOf('type'));
    const interval = this.#interval(asked.get('interval'), faults, pathOf('interval'));
    const level = intervalLevel(asked.get('level'), faults, pathOf('level'));
    return {
      ...this.model.options,
      ...(type !== undefined && { type }),
      ...(interval !== undefined && { interval }),
      ...(level !== undefined && interval !== undefined && { level }),
      ...this.#more(asked, faults, pathOf),
    };
  }

  #more(
    asked: ReadonlyMap<string, unknown>,
    faults: Faults,
    pathOf: (name: string) => string,
  ): PredictOptions {
    const more: Record<string, number | string> = {};
    for (const { name, words } of this.model.parameters) {
      const value = asked.get(name);
      if (value === undefined) continue;
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof value === 'string' && words.includes(value)) more[name] = value;
      else if (typeof number === 'number' && number >= 0 && Number.isFinite(number)) more[name] = number;
      else {
        const expected = ['a number of at least 0', ...words].join(' or ');
        faults.add(pathOf(name), 'level', `must be ${expected}, not ${JSON.stringify(value)}`);
      }
    }
    return Object.keys(more).length === 0 ? {} : { more };
  }

  #type(value: unknown, faults: Faults, path: string): string | undefined {
    if (value === undefined) return undefined;
    const { types } = this.model;
    if (typeof value === 'string' && (types === undefined || types.includes(value))) return value;
    const known =
      types === undefined ? 'a string' : types.length === 0 ? 'left out' : `one of ${types.join(', ')}`;
    faults.add(path, 'level', `must be ${known}, not ${JSON.stringify(value)}`);
    return undefined;
  }

  #interval(value: unknown, faults: Faults, path: string): PredictOptions['interval'] {
    if (value === undefined) return undefined;
    const found = intervalKinds.find((kind) => kind === value);
    if (found !== undefined && this.model.intervals.includes(found)) return found;
    const { intervals } = this.model;
    const known = intervals.length === 0 ? 'left out: the model has none' : `one of ${intervals.join(', ')}`;
    faults.add(path, 'level', `must be ${known}, not ${JSON.stringify(value)}`);
    return undefined;
  }
}

function intervalLevel(value: unknown, faults: Faults, path: string): number | undefined {
  if (value === undefined) return undefined;
  const level = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof level === 'number' && level > 0 && level < 1) return level;
  faults.add(path, 'range', `must be a number between 0 and 1, not ${JSON.stringify(value)}`);
  return undefined;
}
