import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** An endpoint, as its annotations declare it. */
export interface Endpoint {
  readonly path: string;
  readonly verbs: readonly string[];
}

/** The APIs that receive generated requests. Each has its own file, because plumber tries endpoints one by one. */
export const apis = ['arguments', 'requests', 'answers'] as const;
export type Api = (typeof apis)[number];

/** What surrounds the endpoints: the cases of `surroundings.R`. */
export const surroundings = ['nothing', 'filters', 'hooks', 'handlers', 'mount'] as const;
export type Surroundings = (typeof surroundings)[number];

/** An API in its surroundings. */
export interface Setting {
  readonly api: Api;
  readonly around: Surroundings;
}

const folder = resolve(import.meta.dirname, '../../fixtures/apis/generated');

export function fileOf(api: Api): string {
  return join(folder, `${api}.R`);
}

/** Endpoints that only some surroundings have, and paths without an endpoint. */
const others: readonly Endpoint[] = ['/early', '/first', '/hooked', '/nowhere', '/openapi.json', '*'].map(
  (path) => ({ path, verbs: ['GET'] }),
);

export function endpointsOf(api: Api): Endpoint[] {
  return [...annotated(readFileSync(fileOf(api), 'utf8')), ...others];
}

/** The verbs and path of each block of annotations. */
function annotated(source: string): Endpoint[] {
  const verbs = new Map<string, string[]>();
  for (const [, verb, path] of source.matchAll(
    /^#\* @(get|post|put|delete|patch|head|options|use) (\S+)/gm,
  )) {
    const more = verb === 'use' ? ['GET', 'PUT', 'POST', 'DELETE'] : [verb!.toUpperCase()];
    verbs.set(path!, [...(verbs.get(path!) ?? []), ...more]);
  }
  return [...verbs].map(([path, verbs]) => ({ path, verbs }));
}
