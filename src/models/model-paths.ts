import { type Readings, type RouteSummary, staticPaths } from '../lanes/route-paths.js';
import type { ModelRegistry } from './registry.js';

/** A model that a path addresses, with its name and version as in the path. */
export interface ModelAddress {
  /** By the Open Inference Protocol. */
  readonly inV2: boolean;
  readonly name: string;
  readonly version: string | undefined;
  readonly action: string;
}

const MODEL = /^(\/v2)?\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/([a-z]+))?$/;

/** Actions on a model that requests need not name if it is the only one. */
const OWN_ACTIONS = ['predict', 'metadata', 'prototype'];

/** Undefined for other paths. A name or a version that is not encoded correctly is kept as it is: no model has it. */
export function modelAddress(path: string, only: string | undefined): ModelAddress | undefined {
  const match = MODEL.exec(path);
  if (match !== null) {
    const [, protocol, name, version, action = ''] = match;
    return {
      inV2: protocol !== undefined,
      name: decode(name!),
      version: version === undefined ? undefined : decode(version),
      action,
    };
  }
  const action = path.slice(1);
  if (only === undefined || !OWN_ACTIONS.includes(action)) return undefined;
  return { inV2: false, name: only, version: undefined, action };
}

/** The actions of the V2 protocol by their names in our own paths. */
const IN_OWN_PATHS: Readonly<Record<string, string>> = { '': 'metadata', infer: 'predict', ready: 'ready' };

/**
 * The paths under which access rules know a request to a model, however it addresses the model: by its name, by the
 * versions that may answer, and without a name if it is the only model.
 */
export function modelReadings(path: string, registry: ModelRegistry): Readings {
  const address = modelAddress(path, registry.only);
  if (address === undefined || !registry.has(address.name))
    return { paths: staticPaths(path), templates: [] };
  const { inV2, name, version } = address;
  const action = inV2 ? IN_OWN_PATHS[address.action] : address.action;
  if (action === undefined) return { paths: [], templates: [] };
  const versions =
    version === undefined ? registry.unversioned(name).map(({ model }) => model.version) : [version];
  const base = baseOf(name);
  const paths = [
    `${base}/${action}`,
    ...versions.map((one) => `${base}/versions/${encodeURIComponent(one)}/${action}`),
  ];
  if (name === registry.only) paths.push(`/${action}`);
  return { paths, templates: [] };
}

/** The routes of saved models, each with all paths under which access rules know it. */
export function modelRoutes(registry: ModelRegistry): RouteSummary[] {
  const bases = [
    ...registry.names.map(baseOf),
    ...registry.all.map(
      ({ model: { name, version } }) => `${baseOf(name)}/versions/${encodeURIComponent(version)}`,
    ),
  ];
  const post = [
    ...(registry.only === undefined ? bases : ['', ...bases]).map((base) => `${base}/predict`),
    ...bases.map((base) => `/v2${base}/infer`),
  ];
  const get = [
    ...(registry.only === undefined ? bases : ['', ...bases]).flatMap((base) => [
      `${base}/metadata`,
      `${base}/prototype`,
    ]),
    ...bases.flatMap((base) => [`/v2${base}`, `/v2${base}/ready`]),
    ...['/', '/openapi.json', '/__docs__/*', '/ping', '/v2', '/v2/health/live', '/v2/health/ready'],
  ];
  const route = (verb: string) => (path: string) => ({
    verbs: [verb],
    path,
    aliases: modelReadings(path, registry).paths,
  });
  return [...post.map(route('POST')), ...get.map(route('GET'))];
}

function baseOf(name: string): string {
  return `/models/${encodeURIComponent(name)}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
