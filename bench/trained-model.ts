import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from './contender.js';
import type { Question } from './question.js';

const rows = {
  lm: [{ wt: 2.6, hp: 110, cyl: '6' }],
  ranger: [{ wt: 2.6, hp: 110, qsec: 17.5 }],
};

/** A model and a plumber file that serves it. The model is trained when it is first needed. */
export class TrainedModel implements App {
  readonly #kind: keyof typeof rows;
  readonly #folder: string;
  #question: Question | undefined;

  constructor(kind: keyof typeof rows) {
    this.#kind = kind;
    this.#folder = join('.penstock', 'bench', kind);
    // Contenders destructure the app.
    this.folder = this.folder.bind(this);
  }

  folder(): string {
    this.#question ??= this.#train();
    return this.#folder;
  }

  get model(): string {
    return join(this.folder(), 'model.rds');
  }

  get probe(): Question {
    this.#question ??= this.#train();
    return this.#question;
  }

  #train(): Question {
    mkdirSync(this.#folder, { recursive: true });
    const body = JSON.stringify(rows[this.#kind]);
    writeFileSync(join(this.#folder, 'question.json'), `${body}\n`);
    cpSync(join('bench', 'apps', 'models', 'plumber.R'), join(this.#folder, 'plumber.R'));
    const script = join('bench', 'apps', 'models', 'create.R');
    execFileSync(process.env.PENSTOCK_RSCRIPT ?? 'Rscript', [script, this.#kind, this.#folder]);
    const answer = readFileSync(join(this.#folder, 'answer.json'), 'utf8').trim();
    return { method: 'POST', path: '/predict', body, answer };
  }
}
