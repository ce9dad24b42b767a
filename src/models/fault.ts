import { suggest } from '../config/suggest.js';

/** A fault in the input of a request. */
export interface Fault {
  /** Place in the body, such as `[3].age`, `age[3]` or `inputs[0].data[3]`; `?type` in the query. */
  readonly path: string;
  readonly code: FaultCode;
  /** The rest of a sentence that starts with the path. */
  readonly message: string;
}

/**
 * `missing`: a required field is missing. `extra`: unknown field. `null`: missing value in a field that needs one.
 * `type`: wrong JSON type. `level`: not one of the allowed values. `range`: out of bounds. `shape`: unsupported form of the
 * body, or wrong length.
 */
export type FaultCode = 'missing' | 'extra' | 'null' | 'type' | 'level' | 'range' | 'shape';

/** The settings of penstock.yaml that would allow what a fault refuses. */
const remedies = {
  missing: 'A field may be missing if it has `required: false` in penstock.yaml.',
  extra: 'Other members are ignored with `extra-fields: ignore` in penstock.yaml.',
  range: 'The bounds of a field are its `min` and `max` in penstock.yaml.',
};
export type Remedy = keyof typeof remedies;

/** Faults listed per request. Further ones are only counted. */
const MAX_LISTED = 1000;

/** The faults of one request, in the order of the body. */
export class Faults {
  readonly listed: Fault[] = [];
  readonly #remedies = new Set<Remedy>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Whether further faults are only counted, so that their messages do not matter. */
  get isFull(): boolean {
    return this.#count >= MAX_LISTED;
  }

  /** @param remedy the setting that would allow it */
  add(path: string, code: FaultCode, message: string, remedy?: Remedy): void {
    this.#count += 1;
    if (remedy !== undefined) this.#remedies.add(remedy);
    if (this.listed.length < MAX_LISTED) this.listed.push({ path, code, message });
  }

  /** Whether further ones are only counted. */
  get full(): boolean {
    return this.listed.length === MAX_LISTED;
  }

  /** The first faults, for an error message. */
  describe(): string {
    const shown = this.listed
      .slice(0, 5)
      .map(({ path, message }) => `${path === '' ? 'The body' : path} ${sentence(message)}`);
    const rest = this.#count - shown.length;
    const settings = [...this.#remedies].map((remedy) => remedies[remedy]);
    return [...shown, ...(rest > 0 ? [`And ${rest} more.`] : []), ...settings].join(' ');
  }
}

/** Appends `.age`, or `["a name"]` if the name is not an identifier. A path never starts with a dot. */
export function member(path: string, name: string): string {
  if (!/^[A-Za-z_.$][\w.$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** The end of a message that suggests a similar candidate; empty if there is none. */
export function meantInstead(word: string, candidates: readonly string[]): string {
  const candidate = suggest(word, candidates);
  return candidate === undefined ? '' : `; did you mean \`${candidate}\`?`;
}

/** The end of a message that names the candidate that was perhaps meant to be `word`. */
export function meantBy(word: string, candidates: readonly string[]): string {
  const candidate = suggest(word, candidates);
  return candidate === undefined ? '' : `; \`${candidate}\` is not a field`;
}

function sentence(message: string): string {
  return message.endsWith('?') ? message : `${message}.`;
}
