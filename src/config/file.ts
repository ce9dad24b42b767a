import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { type Document, isAlias, isMap, isScalar, LineCounter, type Pair, parseDocument } from 'yaml';
import { configNames } from '../app/project.js';
import { readAccessSection, readRulesSection } from './access-section.js';
import { readKubernetesSection } from './kubernetes-section.js';
import { readModelSection, readModelsSection } from './model-section.js';
import { type OptionName, options } from './options.js';
import { type Section, textOf } from './section-reader.js';
import { didYouMean, type Sections, type Setting, type Settings } from './settings.js';

const sectionNames = ['model', 'models', 'access', 'rules', 'kubernetes'];

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** Reads only the first file found. */
export function findConfigFile(folders: ReadonlySet<string>): ConfigFile | undefined {
  for (const folder of folders) {
    for (const name of configNames) {
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

/** Reads a configuration file. Every error includes its line. */
export function readConfigFile({ path, text }: ConfigFile, cwd: string): Settings {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // As numbers, the versions 1.1 and 1.10 would be the same key.
    uniqueKeys: (one, other) => isScalar(one) && isScalar(other) && textOf(one) === textOf(other),
  });
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
      faults: [`${shown}: expected lines such as \`port: 8000\`.`],
      warnings: [],
    };
  }

  const settings: Setting[] = [];
  const faults: string[] = [];
  const sections: Sections = {};
  const take = <T>({ faults: found, settings: read }: Section<T>): T => {
    faults.push(...found);
    return read;
  };
  for (const pair of document.contents.items) {
    const label = at(offsetOf(pair));
    const value = pair.value ?? pair;
    const key = isScalar(pair.key) ? pair.key.value : undefined;
    if (key === 'model') sections.model = take(readModelSection(value, document, at));
    else if (key === 'models') sections.models = take(readModelsSection(value, document, at));
    else if (key === 'access') sections.access = take(readAccessSection(value, document, at, dirname(path)));
    else if (key === 'kubernetes') sections.kubernetes = readKubernetesSection(value, document, at);
    else if (key === 'rules') sections.rules = take(readRulesSection(value, document, at));
    else {
      const entry = readPair(pair, document);
      if (typeof entry === 'string') faults.push(`${label}: ${entry}`);
      else settings.push({ ...entry, source: { from: 'file', label }, base: dirname(path) });
    }
  }
  return { settings, faults, warnings: [], ...sections };
}

/** Returns the option and its text, or an error message. */
function readPair(pair: Pair, document: Document): { name: OptionName; text: string } | string {
  const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
  if (key === undefined) return 'expected an option name as key.';
  if (!isOption(key)) {
    const known = [...Object.keys(options).filter(allowedInFile), ...sectionNames];
    return `unknown option \`${key}\`.${didYouMean(key, known) || ' `penstock help configuration` lists all options.'}`;
  }
  if (!allowedInFile(key)) return `\`${key}\` cannot be set in penstock.yaml.`;
  const value = isAlias(pair.value) ? pair.value.resolve(document) : pair.value;
  if (value === null || (isScalar(value) && value.value === null)) return `\`${key}\` has no value.`;
  if (!isScalar(value)) return `\`${key}\`: expected ${options[key].kind.expects}; got a list or a map.`;
  const text = textOf(value);
  // Text stays as it is written: a version such as 1.10 is not a number. YAML has more ways to write a number than options.
  return { name: key, text: options[key].kind.parse(text) === undefined ? String(value.value) : text };
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

/** Relative to `cwd` if the file is inside it. */
export function displayPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near;
}
