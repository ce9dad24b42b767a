import { type Template, type Text, text, value } from '../template.js';

/** The ports of the container. */
export const publicPort = 8000;
export const adminPort = 9000;

/** Two Deployments of one app: the one that serves, and the one that is tried on a share of the requests. */
export type Track = 'stable' | 'canary';

/** Marks what this program has made, so that it can be found and deleted again. */
export const madeBy = { key: 'app.kubernetes.io/created-by', value: 'penstock' };

/** What selects the pods of the app, or of one of its Deployments. Selectors of Deployments can't be changed. */
export function selector(track?: Track): Record<string, Template> {
  const app = { 'app.kubernetes.io/name': value('name') };
  return track === undefined ? app : { ...app, track };
}

/** Of an object that belongs to the whole app. */
export function metadata(name: Template = value('name')): Template {
  return { name, labels: labels(value('version')) };
}

export function labels(version: Template): Record<string, Template> {
  return {
    'app.kubernetes.io/name': value('name'),
    'app.kubernetes.io/version': version,
    [madeBy.key]: madeBy.value,
  };
}

export function named(suffix: string): Text {
  return text(value('name'), `-${suffix}`);
}
