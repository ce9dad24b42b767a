import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

/** JSON values by column. */
export type Columns = Readonly<Record<string, readonly unknown[]>>;

/** JSON whose shape the tests themselves check. */
export type Json = ReturnType<typeof JSON.parse>;

/** Rows of input, and what predict() returned for them in R. */
export interface Question {
  /** Query of `/predict`, without the question mark. */
  readonly query: string;
  readonly input: Columns;
  readonly expected: Columns;
}

const script = join(import.meta.dirname, 'r/make-models.R');

/** Models that R has just trained, in a folder that is removed after the tests of the file. */
export class TrainedModels {
  readonly folder = mkdtempSync(join(tmpdir(), 'penstock-models-'));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Trains models by their names in `r/make-models.R`, and predicts `rows` rows with each. */
  async make(rows: number, names: readonly string[]): Promise<void> {
    await promisify(execFile)('Rscript', [script, this.folder, String(rows), ...names], {
      env: { ...process.env, LC_ALL: 'C.UTF-8', OMP_NUM_THREADS: '1' },
      maxBuffer: 16 * 1024 ** 2,
    });
  }

  file(name: string): string {
    return join(this.folder, `${name}.rds`);
  }

  questions(name: string): Question[] {
    return JSON.parse(readFileSync(join(this.folder, `${name}.json`), 'utf8')) as Question[];
  }
}

export function rowCount(columns: Columns): number {
  return Object.values(columns)[0]?.length ?? 0;
}

/** Rows `from` up to `to`, as objects. */
export function rowsOf(columns: Columns, from = 0, to = rowCount(columns)): Record<string, unknown>[] {
  return Array.from({ length: to - from }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[from + i]])),
  );
}

/** The same rows, as columns. */
export function slice(columns: Columns, from: number, to: number): Columns {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(from, to)]));
}
