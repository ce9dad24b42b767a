import { isAbsolute, resolve } from 'node:path';
import type { AccessSettings, RuleSettings } from './access-settings.js';
import type { Kind } from './kinds.js';
import type { ModelSettings, VersionedSettings } from './model-settings.js';
import { type OptionName, options } from './options.js';
import { suggest } from './suggest.js';

/** Where a value came from. */
export interface Source {
  readonly from: 'flag' | 'environment' | 'file' | 'default';
  /** As a user would name it: `--port`, `PENSTOCK_PORT`, `penstock.yaml:3`, `the default`. */
  readonly label: string;
}

/** One value as it was written, with where that was. */
export interface Setting {
  readonly name: OptionName;
  readonly text: string;
  readonly source: Source;
  /** The folder from which a relative path in it counts. */
  readonly base: string;
}

/** What one place (flags, environment, file) says, and what is wrong there. */
export interface Settings {
  readonly settings: Setting[];
  readonly faults: string[];
  readonly warnings: string[];
  /** The `model` section, which only a file can have. */
  readonly model?: ModelSettings;
  /** The `models` section. */
  readonly models?: ReadonlyMap<string, VersionedSettings>;
  /** The `access` section. */
  readonly access?: AccessSettings;
  /** The `rules` section. */
  readonly rules?: readonly RuleSettings[];
}

/** The value of a setting, or undefined after noting in `faults` what is wrong with it. */
export function parseSetting({ name, text, source, base }: Setting, faults: string[]): unknown {
  const kind: Kind<unknown> = options[name].kind;
  const value = kind.parse(text.trim());
  if (value === undefined) {
    const key = source.from === 'file' ? ` \`${name}\`` : '';
    const written = kind.secret ? '' : `, not ${quote(text)}`;
    faults.push(`${source.label}:${key} must be ${kind.expects}${written}.${meant(text, kind.choices)}`);
    return undefined;
  }
  return kind.path === undefined ? value : resolvePath(kind.path, value as string, base);
}

/** A bare program name is left for PATH. */
function resolvePath(kind: 'file' | 'program', value: string, base: string): string {
  if (kind === 'program' && !/[/\\]/.test(value)) return value;
  return isAbsolute(value) ? value : resolve(base, value);
}

/** " Did you mean …?" or nothing. */
export function meant(word: string, candidates: readonly string[] = []): string {
  const candidate = suggest(word, candidates);
  return candidate === undefined ? '' : ` Did you mean \`${candidate}\`?`;
}

/** A value as it is shown in a message: on one line and not too long. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
