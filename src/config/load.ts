import { readFileSync } from 'node:fs';
import { PenstockError } from '../errors.js';
import type { AccessSettings, RuleSettings } from './access-settings.js';
import { readEnvironment } from './environment.js';
import { type ConfigFile, displayPath, findConfigFile, readConfigFile } from './file.js';
import type { KubernetesSection } from './kubernetes-section.js';
import type { ModelSettings, VersionedSettings } from './model-settings.js';
import { fieldOf, type OptionName, type OptionValues, optionNames, options } from './options.js';
import { parseSetting, type Setting, type Settings, type Source } from './settings.js';

/** The values of all options, the source of each, and warnings. */
export type Config = OptionValues & {
  readonly sources: Readonly<Record<OptionName, Source>>;
  readonly warnings: readonly string[];
  /** The `model` section of the file. */
  readonly model: ModelSettings | undefined;
  /** The `models` section: settings of the models in a folder, by name. */
  readonly models: ReadonlyMap<string, VersionedSettings>;
  /** The `access` section: which credentials are accepted. */
  readonly access: AccessSettings;
  /** The `rules` section: who may send which requests. */
  readonly rules: readonly RuleSettings[];
  /** The `kubernetes` section: values of the manifests. */
  readonly kubernetes: KubernetesSection | undefined;
};

export interface LoadInput {
  /** Flags as the user wrote them, by option name; `true` and `false` for `--x` and `--no-x`. */
  readonly flags?: Partial<Readonly<Record<OptionName, string | boolean>>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The app's folder, which is searched first for `penstock.yaml`. */
  readonly appDir?: string;
  /** The project above the app's folder, which is searched next, before `cwd`. */
  readonly project?: string | undefined;
  /** Whether the log is written to a terminal. */
  readonly terminal?: boolean;
}

const byDefault: Source = { from: 'default', label: 'the default' };

/** Flags override the environment, which overrides the file, which overrides the defaults. Reports all errors at once. */
export function loadConfig(input: LoadInput = {}): Config {
  const cwd = input.cwd ?? process.cwd();
  const flags = readFlags(input.flags ?? {}, cwd);
  const environment = readEnvironment(input.env ?? process.env, cwd);
  const { appDir = cwd, project = cwd } = input;
  const folders = new Set([appDir, project, cwd]);
  const file = openConfigFile([...flags.settings, ...environment.settings], folders, cwd);
  const fromFile: Settings =
    file === undefined ? { settings: [], faults: [], warnings: [] } : readConfigFile(file, cwd);

  return assemble(
    [fromFile, environment, flags],
    file?.path,
    input.terminal ?? process.stdout.isTTY === true,
  );
}

/** The configuration if nothing is set. */
export function defaultConfig(): Config {
  return assemble([], undefined, false);
}

/** Combines the places. Later places override earlier ones. */
function assemble(places: readonly Settings[], file: string | undefined, terminal: boolean): Config {
  const faults = places.flatMap((place) => place.faults);
  const values: Record<string, unknown> = defaults(terminal);
  const sources = Object.fromEntries(optionNames.map((name) => [name, byDefault])) as Record<
    OptionName,
    Source
  >;
  for (const setting of places.flatMap((place) => place.settings)) {
    const value = parseSetting(setting, faults);
    if (value === undefined) continue;
    values[fieldOf(setting.name)] = value;
    sources[setting.name] = setting.source;
  }
  values.config = file;

  const config = {
    ...values,
    sources,
    warnings: places.flatMap((place) => place.warnings),
    model: places.find((place) => place.model !== undefined)?.model,
    models: places.find((place) => place.models !== undefined)?.models ?? new Map(),
    access: places.find((place) => place.access !== undefined)?.access ?? {},
    rules: places.find((place) => place.rules !== undefined)?.rules ?? [],
    kubernetes: places.find((place) => place.kubernetes !== undefined)?.kubernetes,
  } as unknown as Config;
  if (faults.length === 0) faults.push(...contradictions(config));
  if (faults.length > 0) throw new PenstockError('config_invalid', describe(faults));
  return config;
}

function readFlags(flags: NonNullable<LoadInput['flags']>, cwd: string): Settings {
  const settings: Setting[] = [];
  for (const name of optionNames) {
    const value = flags[name];
    if (value === undefined) continue;
    const label = value === false ? `--no-${name}` : `--${name}`;
    settings.push({ name, text: String(value), source: { from: 'flag', label }, base: cwd });
  }
  return { settings, faults: [], warnings: [] };
}

/** A configuration file that the user names must exist; the default one is optional. */
function openConfigFile(
  asked: readonly Setting[],
  folders: ReadonlySet<string>,
  cwd: string,
): ConfigFile | undefined {
  const setting = asked.find(({ name }) => name === 'config');
  const faults: string[] = [];
  const path = setting === undefined ? undefined : (parseSetting(setting, faults) as string | undefined);
  if (faults.length > 0) throw new PenstockError('config_invalid', describe(faults));
  try {
    return path === undefined ? findConfigFile(folders) : { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const { code, message, path: failed } = error as NodeJS.ErrnoException;
    const shown = displayPath(failed ?? path ?? 'penstock.yaml', cwd);
    const prefix = setting === undefined ? '' : `${setting.source.label}: `;
    const reason =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EISDIR'
          ? 'is a directory'
          : `cannot be read (${message})`;
    throw new PenstockError('config_invalid', `${prefix}${shown} ${reason}.`);
  }
}

function defaults(terminal: boolean): Record<string, unknown> {
  const values: Record<string, unknown> = { logFormat: terminal ? 'pretty' : 'json' };
  for (const name of optionNames) {
    const { kind, default: text } = options[name];
    if (text !== undefined) values[fieldOf(name)] = kind.parse(text);
  }
  return values;
}

/** Errors of values that are valid on their own but not together. */
function contradictions(config: Config): string[] {
  const { host, port, adminHost, adminPort, gateway, httpRoute, sources } = config;
  if (httpRoute !== undefined && gateway === undefined) {
    return [`\`http-route\` (${sources['http-route'].label}) requires \`gateway\`.`];
  }
  const insecure = securityContradictions(config);
  if (insecure.length > 0) return insecure;
  if (port === 0 || port !== adminPort || !overlap(host, adminHost)) return [];
  return [
    `\`port\` (${sources.port.label}) and \`admin-port\` (${sources['admin-port'].label}) are both ${port}: ` +
      'use different ports for the public and the admin server.',
  ];
}

/** Security options that have no effect without another one. */
function securityContradictions({ access, rules, sources, tlsCert, tlsClientCa, tlsKey }: Config): string[] {
  const sourceOf = { key: access.keys, token: access.tokens, certificate: tlsClientCa };
  const placeOf = { key: '`access.keys`', token: '`access.tokens`', certificate: '`tls-client-ca`' };
  for (const { allow, path } of rules) {
    const kind = typeof allow === 'object' ? allow.find((one) => sourceOf[one] === undefined) : undefined;
    if (kind !== undefined)
      return [`The rule for ${path} allows a ${kind}, which requires ${placeOf[kind]}.`];
  }
  const missing = (name: OptionName, other: OptionName): string =>
    `\`${name}\` (${sources[name].label}) also requires \`${other}\`.`;
  if (tlsCert !== undefined && tlsKey === undefined) return [missing('tls-cert', 'tls-key')];
  if (tlsKey !== undefined && tlsCert === undefined) return [missing('tls-key', 'tls-cert')];
  if (tlsClientCa !== undefined && tlsCert === undefined) return [missing('tls-client-ca', 'tls-cert')];
  return [];
}

function overlap(one: string, other: string): boolean {
  const everywhere = (host: string) => host === '0.0.0.0' || host === '::';
  const name = (host: string) => (host === 'localhost' ? '127.0.0.1' : host);
  return name(one) === name(other) || everywhere(one) || everywhere(other);
}

/** Sorts the errors by place and line. */
function describe(found: readonly string[]): string {
  const faults = found.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return faults.length === 1 ? faults[0]! : `${faults.length} problems:\n  ${faults.join('\n  ')}`;
}
