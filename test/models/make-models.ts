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

const scripts = join(import.meta.dirname, 'r');

/** Models that R has just trained, in a folder that is removed after the tests of the file. */
export class TrainedModels {
  readonly folder = mkdtempSync(join(tmpdir(), 'penstock-models-'));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Trains models by their names in `r/make-models.R`, and predicts `rows` rows with each. */
  make(rows: number, names: readonly string[]): Promise<void> {
    return this.#run('make-models.R', String(rows), ...names);
  }

  /**
   * Trains models with generated formulas. Returns their names, and the `models` section of a configuration with what the
   * objects do not tell.
   */
  async generate(seed: number, count: number): Promise<{ names: string[]; section: string }> {
    await this.#run('generated-models.R', String(seed), String(count));
    const { names, settings } = JSON.parse(readFileSync(join(this.folder, 'generated.json'), 'utf8')) as Json;
    return { names, section: JSON.stringify(settings) };
  }

  async #run(script: string, ...args: string[]): Promise<void> {
    await promisify(execFile)('Rscript', [join(scripts, script), this.folder, ...args], {
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
