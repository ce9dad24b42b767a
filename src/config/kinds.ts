import { BlockList, isIP } from 'node:net';
import { containerMemory, workersIn } from './container-memory.js';
import { availableCpus } from './cpus.js';
import { Secret } from './secret.js';

/** A type of option value: how users write it, and how it is parsed. */
export interface Kind<T> {
  /** Placeholder in the help; undefined for flags without a value. */
  readonly placeholder?: string;
  /** Completes "expected …" in messages. */
  readonly expects: string;
  /** All allowed values, if they can be listed. */
  readonly choices?: readonly string[];
  /** Set if messages must not repeat the value. */
  readonly secret?: true;
  /** How a path is resolved: as a file, or as a program that may also be looked up in PATH. */
  readonly path?: 'file' | 'program';
  /** Returns undefined if the text is not valid. */
  parse(text: string): T | undefined;
  /** Formats the value as a user would write it. */
  format(value: T): string;
}

/** Minimum and maximum number of workers or pods. */
export interface WorkerRange {
  readonly min: number;
  readonly max: number;
}

const MAX_WORKERS = 1024;

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function within(value: number, { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

function bounded(noun: string, bounds: Bounds, format: (value: number) => string): string {
  const { min, max } = bounds;
  if (max !== undefined) return `${noun} from ${format(min ?? 0)} to ${format(max)}`;
  return min === undefined || min === 0 ? noun : `${noun} of at least ${format(min)}`;
}

/** The first examples that are within the bounds, as "a, b or c". */
function examples(candidates: readonly string[], parse: (text: string) => unknown, count = 4): string {
  const valid = candidates.filter((text) => parse(text) !== undefined).slice(0, count);
  return valid.length < 2 ? valid.join('') : `${valid.slice(0, -1).join(', ')} or ${valid.at(-1)}`;
}

export function integer(bounds: Bounds = {}): Kind<number> {
  return {
    placeholder: 'n',
    expects: bounded('a whole number', bounds, String),
    parse: (text) => (/^\d{1,15}$/.test(text) ? within(Number(text), bounds) : undefined),
    format: String,
  };
}

export function port(): Kind<number> {
  const bounds = { min: 0, max: 65535 };
  return { ...integer(bounds), placeholder: 'port', expects: bounded('a port number', bounds, String) };
}

export function host(): Kind<string> {
  return {
    placeholder: 'address',
    expects: 'an IP address or a host name, without a port or a scheme',
    parse: (text) => {
      const bare = text.replace(/^\[(.*)\]$/, '$1');
      return /^[\w.-]+$/.test(bare) || /^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*(%\w+)?$/i.test(bare)
        ? bare
        : undefined;
    },
    format: (value) => value,
  };
}

export function boolean(): Kind<boolean> {
  return {
    expects: 'true or false',
    choices: ['true', 'false'],
    parse: (text) => {
      if (/^(true|yes|on|1)$/i.test(text)) return true;
      return /^(false|no|off|0)$/i.test(text) ? false : undefined;
    },
    format: String,
  };
}

export function oneOf<const T extends string>(...choices: readonly T[]): Kind<T> {
  return {
    placeholder: choices.join('|'),
    expects: `one of ${choices.join(', ')}`,
    choices,
    parse: (text) => choices.find((choice) => choice === text),
    format: (value) => value,
  };
}

/** Several of these words, separated by commas. */
export function severalOf<const T extends string>(...choices: readonly T[]): Kind<readonly T[]> {
  return {
    placeholder: 'names',
    expects: `a list of ${choices.join(', ')}`,
    choices,
    parse: (text) => {
      const found = text.split(',').map((word) => choices.find((choice) => choice === word.trim()));
      return found.includes(undefined) ? undefined : (found as T[]);
    },
    format: (value) => value.join(','),
  };
}

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Node's timers cannot wait longer. */
const MAX_DURATION_MS = 2 ** 31 - 1;

/** Milliseconds, written as `500ms`, `5s`, `2m` or `1h`. A plain number is in seconds. */
export function duration(bounds: Bounds = {}): Kind<number> {
  const all = { min: bounds.min ?? 0, max: bounds.max ?? MAX_DURATION_MS };
  const least = all.min > 0 ? `, at least ${formatDuration(all.min)}` : '';
  const parse = (text: string) => {
    const match = /^(\d{1,15}(?:\.\d{1,6})?) ?(ms|s|m|h)?$/i.exec(text);
    if (match === null) return undefined;
    return within(Math.round(Number(match[1]) * durationUnits[(match[2] ?? 's').toLowerCase()]!), all);
  };
  return {
    placeholder: 'duration',
    expects: `a duration such as ${examples(['500ms', '5s', '2m', '1h'], parse)} (a plain number is in seconds)${least}, at most ${
      bounds.max === undefined ? '24 days' : formatDuration(bounds.max)
    }`,
    parse,
    format: formatDuration,
  };
}

function formatDuration(value: number): string {
  const unit = Object.entries(durationUnits).findLast(([, size]) => value >= size && value % size === 0);
  return unit === undefined ? `${value / 1000}s` : `${value / unit[1]}${unit[0]}`;
}

const byteUnits: Record<string, number> = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };
/** Above this size R needs a long vector, and a frame more than its 32-bit length. */
const MAX_BYTES = 2 ** 31 - 1;

/** Bytes, written as `16kb` or `100mb` in units of 1024. A plain number is in bytes. */
export function bytes(bounds: Bounds = {}): Kind<number> {
  const all = { min: bounds.min ?? 1, max: bounds.max ?? MAX_BYTES };
  const parse = (text: string) => {
    const match = /^(\d{1,15}(?:\.\d{1,6})?) ?(?:([kmg])i?b?|b)?$/i.exec(text);
    if (match === null) return undefined;
    const unit = match[2] === undefined ? '' : `${match[2].toLowerCase()}b`;
    return within(Math.floor(Number(match[1]) * byteUnits[unit]!), all);
  };
  return {
    placeholder: 'size',
    expects: `a size such as ${examples(['16kb', '100mb', '2gb'], parse, 2)} (a plain number is in bytes), at least ${formatBytes(all.min)} and ${
      all.max === MAX_BYTES ? 'less than 2gb' : `at most ${formatBytes(all.max)}`
    }`,
    parse,
    format: formatBytes,
  };
}

function formatBytes(value: number): string {
  const unit = Object.entries(byteUnits).findLast(([, size]) => value >= size && value % size === 0);
  return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`;
}

/**
 * `4`, `2..8`, or `auto`: one per CPU, but at least two, so that a slow request does not block all others, and at most as
 * many as fit into the memory of the container.
 */
export function workers(
  cpus: () => number = availableCpus,
  memory: () => number | undefined = () => containerMemory()?.limit,
): Kind<WorkerRange> {
  return {
    placeholder: 'n|min..max|auto',
    expects: `a number of workers from 1 to ${MAX_WORKERS} such as 4, a range such as 2..8, or auto`,
    parse: (text) => {
      if (text === 'auto') {
        const fitting = workersIn(memory() ?? Number.POSITIVE_INFINITY);
        const count = Math.min(MAX_WORKERS, fitting, Math.max(2, cpus()));
        return { min: count, max: count };
      }
      const match = /^(\d{1,6})(?:\.\.(\d{1,6}))?$/.exec(text);
      if (match === null) return undefined;
      const min = Number(match[1]);
      const max = Number(match[2] ?? min);
      return min >= 1 && min <= max && max <= MAX_WORKERS ? { min, max } : undefined;
    },
    format: ({ min, max }) => (min === max ? String(min) : `${min}..${max}`),
  };
}

/** A whole number, or `auto`. */
export function integerOrAuto(bounds: Bounds = {}): Kind<number | 'auto'> {
  const number = integer(bounds);
  return {
    placeholder: 'n|auto',
    expects: `${number.expects}, or auto`,
    parse: (text) => (text === 'auto' ? text : number.parse(text)),
    format: String,
  };
}

/** A number of pods such as `3`, or a range such as `2..10`. */
export function podRange(): Kind<WorkerRange> {
  const { format, parse } = workers();
  return {
    placeholder: 'n|min..max',
    expects: `a number of pods from 1 to ${MAX_WORKERS} such as 3, or a range such as 2..10`,
    parse: (text) => (text === 'auto' ? undefined : parse(text)),
    format,
  };
}

/** Text that matches a pattern. */
export function matching(pattern: RegExp, placeholder: string, expects: string): Kind<string> {
  return {
    placeholder,
    expects,
    parse: (text) => (pattern.test(text) ? text : undefined),
    format: (value) => value,
  };
}

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'],
};

/** A list of addresses and networks. */
export class Networks {
  readonly text: string;
  readonly #list = new BlockList();

  /**
   * @param text  the list as the user wrote it
   * @param parts addresses, and networks such as `10.0.0.0/8`; throws if one is invalid
   */
  constructor(text: string, parts: readonly string[]) {
    this.text = text;
    for (const part of parts) {
      const [, address = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
      const version = isIP(address);
      this.#list.addSubnet(address, Number(length ?? (version === 4 ? 32 : 128)), familyOf(version));
    }
  }

  has(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, familyOf(version));
  }
}

function familyOf(version: number): 'ipv4' | 'ipv6' {
  return version === 4 ? 'ipv4' : 'ipv6';
}

/** A list of addresses and networks such as `10.0.0.0/8, ::1, loopback`. */
export function networks(): Kind<Networks> {
  return {
    placeholder: 'networks',
    expects: 'a list of addresses, networks such as 10.0.0.0/8, loopback or private',
    parse: (text) => {
      const words = text.split(/[\s,]+/).filter((word) => word !== '');
      if (words.length === 0) return undefined;
      try {
        return new Networks(
          words.join(', '),
          words.flatMap((word) => named[word] ?? [word]),
        );
      } catch {
        return undefined;
      }
    },
    format: ({ text }) => text,
  };
}

/** A text that must not be shown. */
export function secret(minLength: number): Kind<Secret> {
  return {
    placeholder: 'secret',
    expects: `at least ${minLength} characters without spaces`,
    secret: true,
    parse: (text) => (text.length >= minLength && /^[\x21-\x7e]+$/.test(text) ? new Secret(text) : undefined),
    format: String,
  };
}

/** A path. Relative to the working directory, or in penstock.yaml to the folder of the file. */
export function file(): Kind<string> {
  return { placeholder: 'path', expects: 'a path', path: 'file', parse: nonEmpty, format: (value) => value };
}

/** A program: a name to look up in PATH, or a path. */
export function program(): Kind<string> {
  return {
    placeholder: 'program',
    expects: 'a program name or path',
    path: 'program',
    parse: nonEmpty,
    format: (value) => value,
  };
}

function nonEmpty(text: string): string | undefined {
  return text === '' || text.includes('\0') ? undefined : text;
}
