import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { type Document, isAlias, isMap, isScalar, LineCounter, type Pair, parseDocument } from 'yaml';
import { readAccessSection, readRulesSection } from './access-section.js';
import type { AccessSettings, RuleSettings } from './access-settings.js';
import { readModelSection, readModelsSection } from './model-section.js';
import type { ModelSettings, VersionedSettings } from './model-settings.js';
import { type OptionName, options } from './options.js';
import { meant, type Setting, type Settings } from './settings.js';

const fileNames = ['penstock.yaml', 'penstock.yml'];

/** The text of a configuration file and its path. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** Looks next to the app, then in the working directory; the first file found is the only one read. */
export function findConfigFile(appDir: string | undefined, cwd: string): ConfigFile | undefined {
  for (const folder of new Set([appDir ?? cwd, cwd])) {
    for (const name of fileNames) {
      const path = join(folder, name);
      try {
        return { path, text: readFileSync(path, 'utf8') };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
  return undefined;
}

/** Reads the keys of a configuration file; every fault names its line. */
export function readConfigFile({ path, text }: ConfigFile, cwd: string): Settings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const shown = displayPath(path, cwd);
  const at = (offset: number) => `${shown}:${lines.linePos(offset).line}`;

  const flaws = [...document.errors, ...document.warnings];
  if (flaws.length > 0) {
    return { settings: [], faults: flaws.map((flaw) => `${at(flaw.pos[0])}: ${flaw.message}`), warnings: [] };
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { settings: [], faults: [], warnings: [] };
  }
  if (!isMap(document.contents)) {
    return {
      settings: [],
      faults: [`${shown}: must hold lines of the form \`option: value\`.`],
      warnings: [],
    };
  }

  const settings: Setting[] = [];
  const faults: string[] = [];
  let model: ModelSettings | undefined;
  let models: ReadonlyMap<string, VersionedSettings> | undefined;
  let access: AccessSettings | undefined;
  let rules: readonly RuleSettings[] | undefined;
  for (const pair of document.contents.items) {
    const label = at(offsetOf(pair));
    if (isScalar(pair.key) && pair.key.value === 'model') {
      const section = readModelSection(pair.value ?? pair, document, at);
      model = section.settings;
      faults.push(...section.faults);
      continue;
    }
    if (isScalar(pair.key) && pair.key.value === 'models') {
      const section = readModelsSection(pair.value ?? pair, document, at);
      models = section.settings;
      faults.push(...section.faults);
      continue;
    }
    if (isScalar(pair.key) && pair.key.value === 'access') {
      const section = readAccessSection(pair.value ?? pair, document, at, dirname(path));
      access = section.settings;
      faults.push(...section.faults);
      continue;
    }
    if (isScalar(pair.key) && pair.key.value === 'rules') {
      const section = readRulesSection(pair.value ?? pair, document, at);
      rules = section.settings;
      faults.push(...section.faults);
      continue;
    }
    const entry = readPair(pair, document);
    if (typeof entry === 'string') faults.push(`${label}: ${entry}`);
    else settings.push({ ...entry, source: { from: 'file', label }, base: dirname(path) });
  }
  return {
    settings,
    faults,
    warnings: [],
    ...(model && { model }),
    ...(models && { models }),
    ...(access && { access }),
    ...(rules && { rules }),
  };
}

/** The option and its text, or what is wrong. */
function readPair(pair: Pair, document: Document): { name: OptionName; text: string } | string {
  const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
  if (key === undefined) return 'a key must be the name of an option.';
  if (!isOption(key)) {
    const known = [...Object.keys(options).filter(allowedInFile), 'model', 'models', 'access', 'rules'];
    return `unknown option \`${key}\`.${meant(key, known) || ' docs/configuration.md lists them all.'}`;
  }
  if (!allowedInFile(key)) return `\`${key}\` cannot be set in the file itself.`;
  const value = isAlias(pair.value) ? pair.value.resolve(document) : pair.value;
  if (value === null || (isScalar(value) && value.value === null)) return `\`${key}\` has no value.`;
  if (!isScalar(value)) return `\`${key}\` must be ${options[key].kind.expects}, not a list or a map.`;
  return { name: key, text: String(value.value) };
}

function isOption(key: string): key is OptionName {
  return Object.hasOwn(options, key);
}

function allowedInFile(key: string): boolean {
  return isOption(key) && options[key].inFile !== false;
}

function offsetOf(pair: Pair): number {
  return (pair.key as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
}

/** Relative where that is shorter to read. */
export function displayPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near;
}
