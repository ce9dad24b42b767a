import { METHODS } from 'node:http';
import { isAbsolute, resolve } from 'node:path';
import { type Document, isScalar, isSeq } from 'yaml';
import {
  type AccessSettings,
  type CorsSettings,
  type CredentialKind,
  credentialKinds,
  type RuleSettings,
  type TokenSettings,
  tokenAlgorithms,
} from './access-settings.js';
import { duration } from './kinds.js';
import { type Rate, readRate } from './rate.js';
import { rulePathFault } from './rule-path.js';
import { type Read, type Section, SectionReader } from './section-reader.js';

/**
 * Reads the `access` section of a configuration file.
 *
 * @param at   gives the file and line of an offset
 * @param base folder that relative paths are resolved against
 */
export function readAccessSection(
  node: unknown,
  document: Document,
  at: (offset: number) => string,
  base: string,
): Section<AccessSettings> {
  const reader = new Reader(document, at, base);
  return { settings: reader.access(node, 'access'), faults: reader.faults };
}

/** Reads the `rules` section. */
export function readRulesSection(
  node: unknown,
  document: Document,
  at: (offset: number) => string,
): Section<readonly RuleSettings[]> {
  const reader = new Reader(document, at, '');
  return { settings: reader.rules(node, 'rules'), faults: reader.faults };
}

const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const ORIGIN = /^(\*|https?:\/\/[\w.-]+(:\d{1,5})?)$/;
const DEFAULT_LEEWAY_MS = 10_000;
const DEFAULT_REFRESH_MS = 300_000;

class Reader extends SectionReader {
  readonly #base: string;

  constructor(document: Document, at: (offset: number) => string, base: string) {
    super(document, at);
    this.#base = base;
  }

  access(node: unknown, path: string): AccessSettings {
    return this.members(node, path, { keys: this.#file, tokens: this.#tokens });
  }

  rules(node: unknown, path: string): readonly RuleSettings[] {
    const list = this.resolve(node);
    if (!isSeq(list)) {
      this.fault(node, `\`${path}\`: expected a list of rules.`);
      return [];
    }
    return list.items.flatMap((item, i) => this.#rule(item, `${path}[${i + 1}]`) ?? []);
  }

  readonly #tokens: Read<TokenSettings> = (node, path) => {
    const found = this.members(node, path, {
      issuer: this.text,
      audience: this.text,
      jwks: this.#urlOrFile,
      algorithms: this.#listOf(`a list of ${tokenAlgorithms.join(', ')}`, (text) =>
        (tokenAlgorithms as readonly string[]).includes(text),
      ),
      leeway: this.#duration(0),
      refresh: this.#duration(1000),
    });
    const { audience, issuer, jwks } = found;
    if (audience === undefined || issuer === undefined || jwks === undefined) {
      this.fault(node, `\`${path}\` requires \`issuer\`, \`audience\` and \`jwks\`.`);
      return undefined;
    }
    return {
      issuer,
      audience,
      jwks,
      algorithms: found.algorithms ?? tokenAlgorithms,
      leeway: found.leeway ?? DEFAULT_LEEWAY_MS,
      refresh: found.refresh ?? DEFAULT_REFRESH_MS,
    };
  };

  #rule(node: unknown, path: string): RuleSettings | undefined {
    const found = this.members(node, path, {
      path: this.#path,
      methods: this.#methods,
      allow: this.#allow,
      names: this.texts,
      scopes: this.texts,
      'per-key': this.#rate,
      'per-address': this.#rate,
      cors: this.#cors,
      headers: this.#headers,
    });
    if (found.path === undefined) {
      this.fault(node, `\`${path}\` requires a \`path\`.`);
      return undefined;
    }
    this.#checkEffect(node, path, found);
    const { 'per-address': perAddress, 'per-key': perKey, path: of, ...rest } = found;
    return {
      path: of,
      place: this.place(node),
      ...rest,
      ...(perKey && { perKey }),
      ...(perAddress && { perAddress }),
    };
  }

  readonly #path: Read<string> = (node, path) => {
    const expects = 'a path that starts with `/`, in ASCII; other characters are percent-encoded';
    const found = this.#matched(expects, (text) => /^\/[\x21-\x7e]*$/.test(text))(node, path);
    const wrong = found === undefined ? undefined : rulePathFault(found);
    if (wrong !== undefined) this.fault(node, `\`${path}\` is \`${found}\`, but ${wrong}`);
    return found;
  };

  readonly #methods: Read<readonly string[]> = (node, path) => {
    const known = METHODS.filter((method) => method !== 'CONNECT'); // which is never answered
    const found = this.#listOf('a list of HTTP methods in capital letters', (text) => known.includes(text))(
      node,
      path,
    );
    if (found?.includes('HEAD') === true && !found.includes('GET')) {
      this.fault(node, `\`${path}\`: HEAD requests are matched as GET. Did you mean \`GET\`?`);
    }
    return found;
  };

  /** Settings without an effect make a rule protect less than it appears to. */
  #checkEffect(node: unknown, path: string, { allow, names, scopes, ...rest }: Partial<RuleSettings>): void {
    const lists = typeof allow === 'object';
    if (names !== undefined && !lists) {
      this.fault(node, `\`${path}.names\` has no effect without \`allow: [key]\` or other credentials.`);
    }
    if (scopes !== undefined && !(lists && allow.includes('token'))) {
      this.fault(node, `\`${path}.scopes\` has no effect without \`allow: [token]\`.`);
    }
    const others = Object.keys(rest).filter((name) => name !== 'path' && name !== 'methods');
    if (allow === undefined && names === undefined && scopes === undefined && others.length === 0) {
      this.fault(node, `\`${path}\` sets nothing. Add \`allow\`, a rate, \`cors\` or \`headers\`.`);
    }
  }

  readonly #allow: Read<'anyone' | 'nobody' | readonly CredentialKind[]> = (node, path) => {
    const value = this.resolve(node);
    if (isScalar(value) && (value.value === 'anyone' || value.value === 'nobody')) return value.value;
    const kinds = credentialKinds as readonly string[];
    const expects = `anyone, nobody, or a list of ${kinds.join(', ')}`;
    return this.#listOf(expects, (text) => kinds.includes(text))(node, path) as CredentialKind[] | undefined;
  };

  readonly #rate: Read<Rate> = (node, path) =>
    this.scalar(node, path, 'a rate such as 10/s or 100/m burst 20', (_value, text) => readRate(text));

  readonly #cors: Read<CorsSettings> = (node, path) => {
    const found = this.members(node, path, {
      origins: this.#listOf('a list of origins such as https://app.example.org, or *', (text) =>
        ORIGIN.test(text),
      ),
      methods: this.#listOf('a list of method names', (text) => TOKEN.test(text)),
      headers: this.#listOf('a list of header names', (text) => TOKEN.test(text)),
      expose: this.#listOf('a list of header names', (text) => TOKEN.test(text)),
      credentials: this.boolean,
      'max-age': this.#duration(0),
    });
    const { 'max-age': maxAge, origins, ...rest } = found;
    if (origins === undefined) {
      this.fault(node, `\`${path}\` requires \`origins\`.`);
      return undefined;
    }
    if (origins.includes('*') && rest.credentials === true) {
      this.fault(
        node,
        `\`${path}\`: list the origins that may send credentials; \`*\` does not allow credentials.`,
      );
    }
    return { origins, ...rest, ...(maxAge !== undefined && { maxAge }) };
  };

  readonly #headers: Read<ReadonlyMap<string, string>> = (node, path) => {
    const headers = this.named(node, path, (value, at) =>
      this.#matched('a header value of printable ASCII characters', (text) => /^[\x20-\x7e]*$/.test(text))(
        value,
        at,
      ),
    );
    for (const name of headers?.keys() ?? []) {
      if (!TOKEN.test(name)) this.fault(node, `\`${path}.${name}\` is not a valid header name.`);
    }
    return headers;
  };

  readonly #file: Read<string> = (node, path) => {
    const name = this.text(node, path);
    return name === undefined || isAbsolute(name) ? name : resolve(this.#base, name);
  };

  readonly #urlOrFile: Read<string> = (node, path) => {
    const text = this.text(node, path);
    return text === undefined || /^https?:\/\//.test(text) ? text : this.#file(node, path);
  };

  #duration(min: number): Read<number> {
    const kind = duration({ min });
    return (node, path) => this.scalar(node, path, kind.expects, (_value, text) => kind.parse(text));
  }

  #matched(expects: string, matches: (text: string) => boolean): Read<string> {
    return (node, path) =>
      this.scalar(node, path, expects, (_value, text) => (matches(text) ? text : undefined));
  }

  #listOf(expects: string, matches: (text: string) => boolean): Read<readonly string[]> {
    return (node, path) => {
      const list = this.texts(node, path);
      if (list === undefined || (list.length > 0 && list.every(matches))) return list;
      this.fault(node, `\`${path}\`: expected ${expects}.`);
      return undefined;
    };
  }
}
