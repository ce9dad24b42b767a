import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SOURCE = resolve(import.meta.dirname, 'faults.c');

/** Lets system calls of a server under test fail while it runs. Requires a C compiler. */
export class Faults {
  readonly #folder = mkdtempSync(join(tmpdir(), 'penstock-faults-'));
  readonly #library = join(this.#folder, 'faults.so');
  readonly #file = join(this.#folder, 'faults');

  constructor() {
    execFileSync('cc', ['-shared', '-fPIC', '-o', this.#library, SOURCE, '-ldl'], { stdio: 'pipe' });
    this.end();
  }

  /** Why this machine can't have any; undefined if it can. */
  static get obstacle(): string | undefined {
    try {
      execFileSync('cc', ['--version'], { stdio: 'ignore' });
      return undefined;
    } catch {
      return 'there is no C compiler: install gcc';
    }
  }

  /** The environment of the server. */
  get env(): Record<string, string> {
    return { LD_PRELOAD: this.#library, FAULTS: this.#file };
  }

  /** From now on, each call of this name by this program fails. */
  begin(program: 'node' | 'R', call: string, error: keyof typeof constants.errno): void {
    this.#write(`${program} ${call} ${constants.errno[error]}`);
  }

  end(): void {
    this.#write('');
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  /** In one step, because the server may read it at any moment. */
  #write(text: string): void {
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
