import { readFileSync } from 'node:fs';
import { appName } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import { imageHasConfig } from '../app/project.js';
import { workersIn } from '../config/container-memory.js';
import type { Config } from '../config/load.js';
import { fieldOf, type OptionName, optionNames, options, variableOf } from '../config/options.js';
import type { Measured } from './measure-app.js';
import { reservedVariables } from './resources/container.js';
import { quantity } from './room.js';
import { withoutConflicts, withSection } from './section.js';
import { measuredOf } from './sizing.js';
import { stopMarginSeconds, type Values } from './values.js';

const mebibyte = 1024 ** 2;

/** Memory of the gateway: a Node process (214 MB with 1,024 connections), its threads and the bodies in memory. */
const gatewayMemory = 256 * mebibyte;

/** A worker gets 1.5 times the memory that it has after loading the app, plus this amount for requests. */
const requestMemory = 32 * mebibyte;

/** Memory of a worker if it cannot be measured. */
const assumedMemory = 256 * mebibyte;

/**
 * CPU requests of the gateway and of a worker, in millicores. Three pods of two workers must fit on a node of two cores
 * beside the system pods of a local cluster, which request 950m: two pods, and a third during an update.
 */
const gatewayCpu = 100;
const workerCpu = 100;

/** The autoscaler adds pods when the workers compute for half of their time, or use this share of a `--cpu` that was set. */
const busyCpu = 500;
const busyShare = 0.75;

/** Pods with more workers have workers that wait, unless the user sets their CPU. */
const mostBusyWorkers = 8;

/**
 * How often a load balancer asks other pods for a free worker before the request waits. Requests of other clients take turns
 * in between, so it asks twice as often as there are pods.
 */
const mostRetries = 20;

/** A terminating pod gets requests until all nodes and load balancers have updated their routes. */
const preStopSeconds = 5;

/** The values for an app, and warnings for the user. */
export interface DeploymentPlan {
  readonly values: Values;
  readonly warnings: readonly string[];
}

/** Uses the sizes that were measured before, or loads the app once, unless the configuration sets the memory of a pod. */
export async function planDeployment(
  app: AppLocation,
  config: Config,
  version: string,
): Promise<DeploymentPlan> {
  const measured = await measuredOf(app, config);
  const name = config.name ?? appName(app);
  const file = config.config !== undefined && !imageHasConfig(app, config.config) ? config.config : undefined;
  const values = valuesFor({
    name,
    version: config.appVersion ?? version,
    config,
    measured,
    ...(file !== undefined && { configFile: readFileSync(file, 'utf8') }),
  });
  return { values, warnings: warningsFor(config, values, measured) };
}

export interface ValuesInput {
  readonly name: string;
  readonly version: string;
  readonly config: Config;
  readonly measured: Measured | undefined;
  /** The text of a configuration file that is not in the image. */
  readonly configFile?: string;
}

export function valuesFor({ config, configFile = '', measured, name, version }: ValuesInput): Values {
  const { autoscaler, image, pods } = config;
  const workers = workersOf(config);
  const startup = startupSeconds(config, measured);
  const derived: Values = {
    name,
    namespace: config.namespace ?? '',
    managedBy: 'penstock',
    chart: '',
    fullnameOverride: '',
    image: image === undefined ? `${name}:${version}` : withTag(image, version),
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [],
    version,
    workers: workers.min === workers.max ? String(workers.max) : `${workers.min}..${workers.max}`,
    threads: 1,
    config: configFile,
    env: runtimeSettings(config),
    envFrom: [],
    replicas: pods.min,
    autoscaling: {
      by: pods.min === pods.max ? 'none' : autoscaler,
      min: pods.min,
      max: pods.max,
      cpu: `${busyMillicores(config, workers.max)}m`,
      demand: workers.max,
    },
    resources: {
      cpu: config.cpu ?? `${gatewayCpu + workerCpu * workers.max}m`,
      memory: memoryQuantity(config.memory ?? podMemory(workers.max, measured?.memory ?? assumedMemory)),
      storage: '4Gi',
    },
    tmpSize: '2Gi',
    shutdown: shutdownOf(config, measured?.longestTimeout ?? 0),
    startupSeconds: startup,
    progressSeconds: startup + 540,
    service: { type: config.serviceType, port: 80, annotations: {}, loadBalancerClass: '' },
    admin: { secret: '', key: 'token' },
    session: { secret: config.sessionSecret ?? '', key: 'key', variable: 'SESSION_KEY' },
    serviceMonitor: { enabled: config.serviceMonitor, interval: '15s', labels: {} },
    ingress: { enabled: false, className: '', annotations: {}, hosts: [], tls: [] },
    httpRoute: routeOf(config),
    networkPolicy: {
      enabled: config.networkPolicy,
      from: [],
      monitoringNamespace: 'monitoring',
      adminFrom: [],
      restrictEgress: false,
      egress: [],
    },
    kserve: { enabled: config.kserve },
    balancer: {
      by: config.balancer,
      retries: Math.min(2 * pods.max, mostRetries),
      image: 'docker.io/library/haproxy:3.2-alpine',
      replicas: 2,
      // Twice the pods, because a rollout has old and new ones.
      slots: Math.max(20, 2 * pods.max),
      clusterDomain: 'cluster.local',
    },
    canary: { enabled: false, image: '', version: '', replicas: 1, weight: 10, stableWeight: 90 },
    user: 10001,
    serviceAccount: { create: false, name: '', annotations: {}, automount: false },
    podAnnotations: {},
    podLabels: {},
    priorityClassName: '',
    nodeSelector: {},
    tolerations: [],
    affinity: {},
    topologySpreadConstraints: [],
    volumes: [],
    volumeMounts: [],
    initContainers: [],
    extraContainers: [],
  };
  return config.kubernetes === undefined
    ? withoutConflicts(derived)
    : withSection(derived, config.kubernetes);
}

/**
 * Two by default, because the number of cores of this machine says nothing about the nodes, if they fit into the memory
 * that is set.
 */
function workersOf({ memory, sources, workers }: Config): Config['workers'] {
  if (sources.workers.from !== 'default') return workers;
  const count = Math.min(2, memory === undefined ? 2 : workersIn(memory));
  return { min: count, max: count };
}

function busyMillicores({ cpu }: Config, workers: number): number {
  const busy = busyCpu * workers;
  return cpu === undefined ? busy : Math.min(busy, Math.max(1, Math.round(1000 * busyShare * quantity(cpu))));
}

/**
 * The options of the server that were set by a flag or a variable, for the pods. Those in the app's penstock.yaml are in
 * the image. Paths and secrets of this machine mean nothing there.
 */
function runtimeSettings(config: Config): { name: string; value: string }[] {
  return optionNames
    .filter((name) => reachesPods(name, config))
    .map((name) => {
      const kind = options[name].kind as { format(value: unknown): string };
      return { name: variableOf(name), value: kind.format(config[fieldOf(name)]) };
    });
}

function reachesPods(name: OptionName, { sources }: Config): boolean {
  const { commands, group, kind } = options[name];
  const { from } = sources[name];
  const isSet = from === 'flag' || from === 'environment';
  const serves = (commands as readonly string[]).includes('serve') && group !== 'cluster';
  const isLocal = ('path' in kind && kind.path !== undefined) || ('secret' in kind && kind.secret === true);
  return isSet && serves && !isLocal && !reservedVariables.includes(variableOf(name));
}

/**
 * Kubernetes counts the grace period from the start of the preStop hook. Running requests get their full deadline,
 * plus the time that R may take to return from an interrupt.
 */
function shutdownOf(
  { drainDelay, interruptGrace, timeout }: Config,
  longestTimeout: number,
): Values['shutdown'] {
  const requestSeconds = Math.ceil((Math.max(timeout, longestTimeout) + interruptGrace) / 1000);
  const graceSeconds = preStopSeconds + Math.ceil(drainDelay / 1000) + requestSeconds + stopMarginSeconds;
  return { preStopSeconds, requestSeconds, graceSeconds };
}

/**
 * Ten times the measured time: nodes may be slower, several workers load at once, and models may be remote. Kubernetes
 * must not restart a pod that may still load by `--load-timeout`, if that is set.
 */
function startupSeconds({ loadTimeout, sources }: Config, measured: Measured | undefined): number {
  const allowed = Math.ceil(loadTimeout / 1000) + 30;
  if (measured === undefined) return Math.max(60, allowed);
  const expected = Math.max(60, Math.ceil((10 * measured.loadTime) / 1000));
  return sources['load-timeout'].from === 'default' ? expected : Math.max(expected, allowed);
}

function routeOf({ gateway, httpRoute }: Config): Values['httpRoute'] {
  const [name, namespace] = (gateway ?? '').split('/').reverse();
  return {
    enabled: httpRoute !== undefined,
    annotations: {},
    parentRefs: httpRoute === undefined ? [] : [{ name, ...(namespace !== undefined && { namespace }) }],
    hostnames: httpRoute === undefined ? [] : [httpRoute],
    matches: [{ path: { type: 'PathPrefix', value: '/' } }],
    timeouts: {},
  };
}

function podMemory(workers: number, workerMemory: number): number {
  return gatewayMemory + workers * (1.5 * workerMemory + requestMemory);
}

/** Rounds up to a multiple of 64 MiB. */
function memoryQuantity(bytes: number): string {
  return `${Math.ceil(bytes / (64 * mebibyte)) * 64}Mi`;
}

/** An image without a tag gets the app's version. */
function withTag(image: string, version: string): string {
  return /:[^/]+$/.test(image) ? image : `${image}:${version}`;
}

function warningsFor(config: Config, values: Values, measured: Measured | undefined): string[] {
  const warnings: string[] = [];
  if (values.autoscaling.by === 'keda' && values.namespace === '')
    warnings.push("KEDA's trigger needs the namespace of the app and uses `default`. Set --namespace.");
  const { max } = workersOf(config);
  const { by, cpu } = values.autoscaling;
  if (by === 'cpu' && max > mostBusyWorkers && cpu === `${busyCpu * max}m`)
    warnings.push(
      `The autoscaler adds pods at ${(busyCpu * max) / 1000} cores per pod, which few nodes have. Set --cpu to what a pod needs ` +
        'under load, or use --autoscaler keda.',
    );
  if (measured === undefined) return warnings;
  if (measured.memory === undefined)
    warnings.push(
      'Cannot measure the memory of a worker on this system. Assuming 256 MiB; set --memory to change it.',
    );
  if (config.pods.max > 1) {
    for (const { file, line, message } of measured.hazards)
      warnings.push(
        `${file}:${line}: ${message} Pods do not share memory. See \`penstock help kubernetes\`.`,
      );
  }
  return warnings;
}
