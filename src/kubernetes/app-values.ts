import { appName, appVersion } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { type Measured, measureApp } from './measure-app.js';
import { stopMarginSeconds, type Values } from './values.js';

const mebibyte = 1024 ** 2;

/** Memory of the gateway: a Node process (214 MB with 1,024 connections), its threads and the bodies in memory. */
const gatewayMemory = 256 * mebibyte;

/** A worker gets 1.5 times the memory that it has after loading the app, plus this amount for requests. */
const requestMemory = 32 * mebibyte;

/** Memory of a worker if it cannot be measured. */
const assumedMemory = 256 * mebibyte;

/** A terminating pod gets requests until all nodes and load balancers have updated their routes. */
const preStopSeconds = 5;

/** The values for an app, and warnings for the user. */
export interface DeploymentPlan {
  readonly values: Values;
  readonly warnings: readonly string[];
}

/** Loads the app once to measure it, unless the configuration sets the memory of a pod. */
export async function planDeployment(app: AppLocation, config: Config): Promise<DeploymentPlan> {
  const measured = config.memory === undefined ? await measureApp(app, config) : undefined;
  const version = config.appVersion ?? (await appVersion(app));
  const name = config.name ?? appName(app);
  return { values: valuesFor({ name, version, config, measured }), warnings: warningsFor(config, measured) };
}

export interface ValuesInput {
  readonly name: string;
  readonly version: string;
  readonly config: Config;
  readonly measured: Measured | undefined;
}

export function valuesFor({ config, measured, name, version }: ValuesInput): Values {
  const { autoscaler, httpRoute, image, pods } = config;
  const workers = workersOf(config);
  const [gateway = '', gatewayNamespace = ''] = (config.gateway ?? '').split('/').reverse();
  return {
    name,
    namespace: config.namespace ?? 'default',
    image: image === undefined ? `${name}:${version}` : withTag(image, version),
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: [],
    version,
    workers: workers.min === workers.max ? String(workers.max) : `${workers.min}..${workers.max}`,
    replicas: pods.min,
    autoscaling: {
      by: pods.min === pods.max ? 'none' : autoscaler,
      min: pods.min,
      max: pods.max,
      cpu: 70,
      demand: workers.max,
    },
    resources: {
      cpu: config.cpu ?? `${250 + 500 * workers.max}m`,
      memory: memoryQuantity(config.memory ?? podMemory(workers.max, measured?.memory ?? assumedMemory)),
    },
    shutdown: shutdownOf(config, measured?.longestTimeout ?? 0),
    startupSeconds: startupSeconds(config, measured),
    service: { type: config.serviceType, port: 80 },
    session: { secret: config.sessionSecret ?? '', key: 'key', variable: 'SESSION_KEY' },
    serviceMonitor: { enabled: config.serviceMonitor, interval: '15s' },
    httpRoute: {
      enabled: httpRoute !== undefined,
      host: httpRoute ?? '',
      gateway,
      gatewayNamespace,
    },
    networkPolicy: { enabled: config.networkPolicy, monitoringNamespace: 'monitoring', egress: [] },
    kserve: { enabled: config.kserve },
    canary: { enabled: false, image: '', version: '', replicas: 1, weight: 10, stableWeight: 90 },
    env: [],
    nodeSelector: {},
    tolerations: [],
  };
}

/** Two by default, because the number of cores of this machine says nothing about the nodes. */
function workersOf({ sources, workers }: Config): Config['workers'] {
  return sources.workers.from === 'default' ? { min: 2, max: 2 } : workers;
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

/** Ten times the measured time: nodes may be slower, several workers load at once, and models may be remote. */
function startupSeconds({ loadTimeout }: Config, measured: Measured | undefined): number {
  if (measured === undefined) return Math.max(60, Math.ceil(loadTimeout / 1000) + 30);
  return Math.max(60, Math.ceil((10 * measured.loadTime) / 1000));
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

function warningsFor(config: Config, measured: Measured | undefined): string[] {
  const warnings: string[] = [];
  if (measured === undefined) return warnings;
  if (measured.memory === undefined)
    warnings.push(
      'Cannot measure the memory of a worker on this system. Assuming 256 MiB; set --memory to change it.',
    );
  if (config.pods.max > 1) {
    for (const { file, line, message } of measured.hazards)
      warnings.push(`${file}:${line}: ${message} Pods do not share memory. See docs/kubernetes.md.`);
  }
  return warnings;
}
