import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Packages that serve HTTP with httpuv, which an app uses by name. */
const USES_FRAMEWORK = uses('httpuv|fiery|plumber2|ambiorix');
/** An app of Shiny is refused when it is loaded, with the reason. */
const USES_SHINY = uses('shiny');
const USES_PLUMBER = /\bplumber\s*:::?|\b(?:library|require)\s*\(\s*["']?plumber\b(?!2)/;

/** A line like `#* @get /path`. */
const ANNOTATION =
  /^\uFEFF?#['*]\s*@(get|put|post|delete|head|options|patch|any|use|filter|plumber|assets|message)\b/im;

const USES_PLUMBER2 = /\bplumber2\s*::|\blibrary\s*\(\s*["']?plumber2\b/;

/** What only plumber2 has: tags, and types in the descriptions of arguments. plumber ignores such lines. */
const PLUMBER2 = [
  /^#\*\s*@(any|header|message|async|then|datastore|authScope|report|shiny|forward|redirect|statics|except|root|routeName|routeOrder)\b/m,
  /^#\*\s*@(query|body)\s+[\w.]+\s*:\s*[\w[{(]/m,
];

/** Tags that only plumber has. */
const PLUMBER = /^#['*]\s*@(filter|preempt|api(Title|Description|TOS|Contact|License|Version|Tag))\b/m;

/** How the file of an app is loaded: see `AppLocation.entry`. */
export type FileDialect = 'plumber' | 'plumber2' | 'script';

/** Reads which package an R file is for. */
export function dialectOf(file: string): FileDialect {
  const text = read(file);
  const code = withoutComments(text);
  if (!ANNOTATION.test(text)) return isScript(text) || isShiny(code) ? 'script' : 'plumber';
  if (USES_PLUMBER2.test(code)) return 'plumber2';
  if (USES_PLUMBER.test(code) || PLUMBER.test(text)) return 'plumber';
  return PLUMBER2.some((sign) => sign.test(text)) ? 'plumber2' : 'plumber';
}

/** Whether a file has a line like `#* @get /path`. */
export function isAnnotated(file: string): boolean {
  return ANNOTATION.test(read(file));
}

/** Finds the file `_server.yml` among the names of a folder. */
export function serverFile(names: readonly string[]): string | undefined {
  return names.find((name) => /^_server\.ya?ml$/.test(name));
}

/** Finds the usual file of an app that starts its own server. */
export function scriptIn(files: readonly string[]): string | undefined {
  return files.find((file) => /^(app|server)\.r$/i.test(basename(file)) && isScript(read(file)));
}

function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, '');
}

function isScript(text: string): boolean {
  const code = withoutComments(text);
  return USES_FRAMEWORK.test(code) && !USES_PLUMBER.test(code);
}

function isShiny(code: string): boolean {
  return USES_SHINY.test(code) && !USES_PLUMBER.test(code);
}

function uses(packages: string): RegExp {
  return new RegExp(
    `\\b(?:${packages})\\s*:::?|\\b(?:library|require|loadNamespace|requireNamespace)\\s*\\(\\s*["']?(?:${packages})\\b`,
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
