import { suggest } from '../config/suggest.js';

/** One thing that is wrong with a request's input, and where. */
export interface Fault {
  /** Place in the body, like `[3].age`, `age[3]` or `inputs[0].data[3]`; `?type` in the query. */
  readonly path: string;
  readonly code: FaultCode;
  /** What is wrong, as the rest of a sentence that begins with the path. */
  readonly message: string;
}

/**
 * `missing`: a field is not there. `extra`: there is no such field. `null`: a missing value where none may be.
 * `type`: the JSON type is another. `level`: none of the values that there are. `range`: outside its bounds.
 * `shape`: the body as a whole is none of the forms that are read.
 */
export type FaultCode = 'missing' | 'extra' | 'null' | 'type' | 'level' | 'range' | 'shape';

/** Faults that are told of one request; the others are counted. */
const MOST_TOLD = 1000;

/** What is wrong with one request, in the order of the body. */
export class Faults {
  readonly told: Fault[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(path: string, code: FaultCode, message: string): void {
    this.#count += 1;
    if (this.told.length < MOST_TOLD) this.told.push({ path, code, message });
  }

  /** For people: the first ones. */
  describe(): string {
    const shown = this.told
      .slice(0, 5)
      .map(({ path, message }) => `${path === '' ? 'The body' : path} ${sentence(message)}`);
    const rest = this.#count - shown.length;
    return `${shown.join(' ')}${rest > 0 ? ` And ${rest} more.` : ''}`;
  }
}

/** `.age`, or `["a name"]` where it is no identifier; without the dot at the beginning of a path. */
export function member(path: string, name: string): string {
  if (!/^[A-Za-z_.$][\w.$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** The rest of a message that has a near candidate for what was written. */
export function meantInstead(word: string, candidates: readonly string[]): string {
  const candidate = suggest(word, candidates);
  return candidate === undefined ? '' : `; did you mean \`${candidate}\`?`;
}

function sentence(message: string): string {
  return message.endsWith('?') ? message : `${message}.`;
}
