import { type Template, type Text, text, value } from '../template.js';

export const publicPort = 8000;
export const adminPort = 9000;

/** The two Deployments of an app: the current version, and a new version that gets a share of the requests. */
export type Track = 'stable' | 'canary';

/** Label of all objects created by Penstock, used to find and delete them. */
export const createdBy = { key: 'app.kubernetes.io/created-by', value: 'penstock' };

/** Selects the pods of the app, or of one of its Deployments. The selector of a Deployment is immutable. */
export function selector(track?: Track): Record<string, Template> {
  const app = { 'app.kubernetes.io/name': value('name') };
  return track === undefined ? app : { ...app, track };
}

/** Metadata of an object that belongs to the whole app. */
export function metadata(name: Template = value('name')): Template {
  return { name, labels: labels(value('version')) };
}

export function labels(version: Template): Record<string, Template> {
  return {
    'app.kubernetes.io/name': value('name'),
    'app.kubernetes.io/version': version,
    [createdBy.key]: createdBy.value,
  };
}

export function named(suffix: string): Text {
  return text(value('name'), `-${suffix}`);
}
