import { BlockList, isIP } from 'node:net';
import { availableCpus } from './cpus.js';
import { Secret } from './secret.js';

/** A kind of value: how it is written in a flag, a variable or the file, and what it becomes. */
export interface Kind<T> {
  /** What the help shows in the place of the value; undefined for a flag that takes none. */
  readonly placeholder?: string;
  /** Completes the sentence "must be …". */
  readonly expects: string;
  /** The values it may take, when they can be listed. */
  readonly choices?: readonly string[];
  /** Set where a message must not repeat what was written. */
  readonly secret?: true;
  /** How a path in it is resolved: a file, or a program that may also be looked up in PATH. */
  readonly path?: 'file' | 'program';
  /** The value, or undefined when the text is none. */
  parse(text: string): T | undefined;
  /** The value as a user would write it. */
  format(value: T): string;
}

/** Least and most R processes. */
export interface WorkerRange {
  readonly min: number;
  readonly max: number;
}

const mostWorkers = 1024;

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
  const words: Record<string, boolean> = {
    true: true,
    yes: true,
    on: true,
    1: true,
    false: false,
    no: false,
    off: false,
    0: false,
  };
  return {
    expects: 'true or false',
    choices: ['true', 'false'],
    parse: (text) => (Object.hasOwn(words, text.toLowerCase()) ? words[text.toLowerCase()] : undefined),
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

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** The longest that Node's timers can wait. */
const longestDuration = 2 ** 31 - 1;

/** Milliseconds, written like `500ms`, `5s`, `2m`, `1h`; a plain number is in seconds. */
export function duration(bounds: Bounds = {}): Kind<number> {
  const all = { min: bounds.min ?? 0, max: bounds.max ?? longestDuration };
  const least = all.min > 0 ? ` and at least ${formatDuration(all.min)}` : '';
  return {
    placeholder: 'duration',
    expects: `a duration like 500ms, 5s, 2m or 1h (a plain number is in seconds)${least}, at most ${
      bounds.max === undefined ? '24 days' : formatDuration(bounds.max)
    }`,
    parse: (text) => {
      const match = /^(\d{1,15}(?:\.\d{1,6})?) ?(ms|s|m|h)?$/i.exec(text);
      if (match === null) return undefined;
      return within(Math.round(Number(match[1]) * durationUnits[(match[2] ?? 's').toLowerCase()]!), all);
    },
    format: formatDuration,
  };
}

function formatDuration(value: number): string {
  const unit = Object.entries(durationUnits).findLast(([, size]) => value >= size && value % size === 0);
  return unit === undefined ? `${value / 1000}s` : `${value / unit[1]}${unit[0]}`;
}

const byteUnits: Record<string, number> = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };
/** Over this R would need a long vector and a frame more than its 32-bit length. */
const mostBytes = 2 ** 31 - 1;

/** Bytes, written like `16kb` or `100mb` in steps of 1024; a plain number is in bytes. */
export function bytes(bounds: Bounds = {}): Kind<number> {
  const all = { min: bounds.min ?? 1, max: bounds.max ?? mostBytes };
  return {
    placeholder: 'size',
    expects: `a size like 16kb or 100mb (a plain number is in bytes) of at least ${formatBytes(all.min)} and ${
      all.max === mostBytes ? 'less than 2gb' : `at most ${formatBytes(all.max)}`
    }`,
    parse: (text) => {
      const match = /^(\d{1,15}(?:\.\d{1,6})?) ?(?:([kmg])(?:i?b)?|b)?$/i.exec(text);
      if (match === null) return undefined;
      const unit = match[2] === undefined ? '' : `${match[2].toLowerCase()}b`;
      return within(Math.floor(Number(match[1]) * byteUnits[unit]!), all);
    },
    format: formatBytes,
  };
}

function formatBytes(value: number): string {
  const unit = Object.entries(byteUnits).findLast(([, size]) => value >= size && value % size === 0);
  return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`;
}

/** `4`, `2..8`, or `auto`: as many as there are CPUs, and at least two so that one slow request blocks nobody. */
export function workers(cpus: () => number = availableCpus): Kind<WorkerRange> {
  return {
    placeholder: 'n|min..max|auto',
    expects: `a number of workers from 1 to ${mostWorkers} like 4, a range like 2..8, or auto`,
    parse: (text) => {
      if (text === 'auto') {
        const count = Math.min(mostWorkers, Math.max(2, cpus()));
        return { min: count, max: count };
      }
      const match = /^(\d{1,6})(?:\.\.(\d{1,6}))?$/.exec(text);
      if (match === null) return undefined;
      const min = Number(match[1]);
      const max = Number(match[2] ?? min);
      return min >= 1 && min <= max && max <= mostWorkers ? { min, max } : undefined;
    },
    format: ({ min, max }) => (min === max ? String(min) : `${min}..${max}`),
  };
}

/** A whole number, or `auto`: chosen by what else there is. */
export function integerOrAuto(bounds: Bounds = {}): Kind<number | 'auto'> {
  const number = integer(bounds);
  return {
    placeholder: 'n|auto',
    expects: `${number.expects}, or auto`,
    parse: (text) => (text === 'auto' ? text : number.parse(text)),
    format: String,
  };
}

/** Least and most pods: `3`, or `2..10`. */
export function podRange(): Kind<WorkerRange> {
  const { format, parse } = workers();
  return {
    placeholder: 'n|min..max',
    expects: `a number of pods from 1 to ${mostWorkers} like 3, or a range like 2..10`,
    parse: (text) => (text === 'auto' ? undefined : parse(text)),
    format,
  };
}

/** Text of one form. */
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

/** Addresses and networks, and how they were written. */
export class Networks {
  readonly text: string;
  readonly #list = new BlockList();

  /** @param parts addresses, and networks like `10.0.0.0/8`; a bad one throws */
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

/** A list of addresses and networks like `10.0.0.0/8, ::1, loopback`. */
export function networks(): Kind<Networks> {
  return {
    placeholder: 'networks',
    expects: 'a list of addresses, networks like 10.0.0.0/8, loopback or private',
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

/** A text that nobody else must see. */
export function secret(shortest: number): Kind<Secret> {
  return {
    placeholder: 'secret',
    expects: `a text of at least ${shortest} characters without blanks`,
    secret: true,
    parse: (text) => (text.length >= shortest && /^[\x21-\x7e]+$/.test(text) ? new Secret(text) : undefined),
    format: String,
  };
}

/** A path; a relative one counts from the working directory, or in the file from the file's folder. */
export function file(): Kind<string> {
  return { placeholder: 'path', expects: 'a path', path: 'file', parse: nonEmpty, format: (value) => value };
}

/** A program: a name to be found in PATH, or a path to it. */
export function program(): Kind<string> {
  return {
    placeholder: 'program',
    expects: 'the name of a program or a path to it',
    path: 'program',
    parse: nonEmpty,
    format: (value) => value,
  };
}

function nonEmpty(text: string): string | undefined {
  return text === '' || text.includes('\0') ? undefined : text;
}
