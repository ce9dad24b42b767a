import { isAbsolute, resolve } from 'node:path';
import type { AccessSettings, RuleSettings } from './access-settings.js';
import type { Kind } from './kinds.js';
import type { KubernetesSection } from './kubernetes-section.js';
import type { ModelSettings, VersionedSettings } from './model-settings.js';
import { type OptionName, options } from './options.js';
import { suggest } from './suggest.js';

/** Source of a value. */
export interface Source {
  readonly from: 'flag' | 'environment' | 'file' | 'default';
  /** Label in messages: `--port`, `PENSTOCK_PORT`, `penstock.yaml:3`, `the default`. */
  readonly label: string;
}

/** One value as the user wrote it, with its source. */
export interface Setting {
  readonly name: OptionName;
  readonly text: string;
  readonly source: Source;
  /** Folder that a relative path is resolved against. */
  readonly base: string;
}

/** The sections of a configuration file. */
export interface Sections {
  model?: ModelSettings;
  models?: ReadonlyMap<string, VersionedSettings>;
  access?: AccessSettings;
  rules?: readonly RuleSettings[];
  kubernetes?: KubernetesSection;
}

/** The settings of one place (flags, environment, file), with its errors and warnings. */
export interface Settings extends Readonly<Sections> {
  readonly settings: Setting[];
  readonly faults: string[];
  readonly warnings: string[];
}

/** Parses a setting. If it is not valid, appends to `faults` and returns undefined. */
export function parseSetting({ name, text, source, base }: Setting, faults: string[]): unknown {
  const kind: Kind<unknown> = options[name].kind;
  const value = kind.parse(text.trim());
  if (value === undefined) {
    const key = source.from === 'file' ? ` \`${name}\`:` : '';
    const got = kind.secret ? '' : `; got ${quote(text)}`;
    faults.push(`${source.label}:${key} expected ${kind.expects}${got}.${didYouMean(text, kind.choices)}`);
    return undefined;
  }
  return kind.path === undefined ? value : resolvePath(kind.path, value as string, base);
}

/** A plain program name is left as it is, to be looked up in PATH. */
function resolvePath(kind: 'file' | 'program', value: string, base: string): string {
  if (kind === 'program' && !/[/\\]/.test(value)) return value;
  return isAbsolute(value) ? value : resolve(base, value);
}

/** " Did you mean …?", or an empty string. */
export function didYouMean(word: string, candidates: readonly string[] = []): string {
  const candidate = suggest(word, candidates);
  return candidate === undefined ? '' : ` Did you mean \`${candidate}\`?`;
}

/** Formats a value for a message: on one line, and at most 80 characters. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
