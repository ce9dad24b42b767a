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
  const base = `/models/${encodeURIComponent(name)}`;
  const paths = [
    `${base}/${action}`,
    ...versions.map((one) => `${base}/versions/${encodeURIComponent(one)}/${action}`),
  ];
  if (name === registry.only) paths.push(`/${action}`);
  return { paths, templates: [] };
}

/**
 * The routes of saved models, under the paths that access rules know.
 *
 * @param only whether there is one model, which requests need not name
 */
export function modelRoutes(
  models: readonly { readonly name: string; readonly version: string }[],
  only: boolean,
): RouteSummary[] {
  const get = ['/', '/openapi.json', '/__docs__/*', '/ping', '/v2', '/v2/health/live', '/v2/health/ready'];
  const names = [...new Set(models.map(({ name }) => encodeURIComponent(name)))];
  const own = [
    ...(only ? [''] : []),
    ...names.map((name) => `/models/${name}`),
    ...models.map(
      ({ name, version }) => `/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`,
    ),
  ];
  return [
    ...own.flatMap((base) => [
      { verbs: ['POST'], path: `${base}/predict` },
      ...['metadata', 'prototype'].map((action) => ({ verbs: ['GET'], path: `${base}/${action}` })),
    ]),
    ...own
      .filter((base) => base !== '')
      .flatMap((base) => [
        { verbs: ['POST'], path: `/v2${base}/infer` },
        ...['', '/ready'].map((action) => ({ verbs: ['GET'], path: `/v2${base}${action}` })),
      ]),
    ...get.map((path) => ({ verbs: ['GET'], path })),
  ];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
