import { type Template, type Text, text, value, when } from '../template.js';

export const publicPort = 8000;
export const adminPort = 9000;
export const balancerPort = 8080;

/** The two Deployments of an app: the current version, and a new version that gets a share of the requests. */
export type Track = 'stable' | 'canary';

/** Label of all objects that Penstock applies, used to find and delete them. */
export const managedBy = { key: 'app.kubernetes.io/managed-by', value: 'penstock' };

const component = { key: 'app.kubernetes.io/component', value: 'r-api' };

/**
 * Selects the pods of the app, or of one of its Deployments. The name alone would also match pods of another chart. The
 * selector of a Deployment is immutable.
 */
export function selector(track?: Track): Record<string, Template> {
  const app = {
    'app.kubernetes.io/name': value('name'),
    'app.kubernetes.io/instance': value('name'),
    [component.key]: component.value,
  };
  return track === undefined ? app : { ...app, track };
}

/** The name of HAProxy's objects, in a deployment. */
export function balancerName(name: string): string {
  return `${name}-balancer`;
}

/** Selects the pods of HAProxy in front of the app. */
export const balancerSelector: Record<string, Template> = {
  'app.kubernetes.io/name': value('name'),
  'app.kubernetes.io/instance': value('name'),
  [component.key]: 'balancer',
};

/** The selector of an app's pods, for kubectl. */
export function podSelector(name: string, track?: string): string {
  const app = `app.kubernetes.io/name=${name},app.kubernetes.io/instance=${name},${component.key}=${component.value}`;
  return track === undefined ? app : `${app},track=${track}`;
}

/** The selector of all objects that Penstock applied for an app, for kubectl. */
export function objectSelector(name: string): string {
  return `app.kubernetes.io/instance=${name},${managedBy.key}=${managedBy.value}`;
}

/** The parts of metadata that some objects have in addition. */
interface MoreMetadata {
  readonly labels?: Record<string, Template>;
  readonly annotations?: Template;
}

/** Metadata of an object that belongs to the whole app, or with `version` to one of its versions. */
export function metadata(
  name: Template = value('name'),
  { annotations, labels: more = {} }: MoreMetadata = {},
  version: Template = value('version'),
): Record<string, Template> {
  return {
    name,
    namespace: when('namespace', value('namespace')),
    labels: { ...labels(version), ...more },
    ...(annotations !== undefined && { annotations }),
  };
}

export function labels(version: Template): Record<string, Template> {
  return {
    ...selector(),
    'app.kubernetes.io/version': version,
    [managedBy.key]: value('managedBy'),
    'helm.sh/chart': when('chart', value('chart')),
  };
}

export function named(suffix: string): Text {
  return text(value('name'), `-${suffix}`);
}
