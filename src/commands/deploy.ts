import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { planDeployment } from '../kubernetes/app-values.js';
import { applyValues, diffValues, handOverReplicas, prune } from '../kubernetes/apply.js';
import { withCanary, withoutCanaryTraffic } from '../kubernetes/canary.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import type { LiveDeployment } from '../kubernetes/live-objects.js';
import { watchRollout } from '../kubernetes/rollout.js';
import { serviceUrl } from '../kubernetes/service-url.js';
import { ensureSessionSecret } from '../kubernetes/session-secret.js';
import type { Values } from '../kubernetes/values.js';
import { connect, rolloutDisplay } from './cluster.js';
import { provideImage } from './provide-image.js';
import { printWarnings } from './warnings.js';

/** The flags that only `penstock deploy` has. */
export interface DeployOptions {
  /** Validate the manifests in the cluster without applying them. */
  readonly dryRun: boolean;
  /** Show what would change, without changing it. */
  readonly diff: boolean;
  /** Build the image, and make it available to the nodes. */
  readonly build: boolean;
  /** Load the image into this machine's containerd. */
  readonly containerd: boolean;
  /** Share of the requests for a canary of the new version, in percent. */
  readonly canary: number | undefined;
  /** How long the rollout may take, in ms. */
  readonly timeout: number;
}

/** Builds an app's image, applies its manifests and watches the rollout. */
export async function deploy(app: AppLocation, config: Config, options: DeployOptions): Promise<number> {
  const kubectl = connect(config);
  const namespace = config.namespace ?? (await currentNamespace(kubectl));
  const plan = await planDeployment(app, { ...config, namespace });
  printWarnings(plan.warnings);
  const live = await kubectl.find<LiveDeployment>('deployment', plan.values.name, ['--show-managed-fields']);
  const values = options.canary === undefined ? plan.values : withCanary(plan.values, live, options.canary);

  if (options.diff || options.dryRun) {
    process.stdout.write(
      await (options.diff ? diffValues(kubectl, values) : applyValues(kubectl, values, true)),
    );
    return 0;
  }
  if (options.build) await provideImage(app, config, kubectl, plan.values.image, options.containerd);
  await rollOut(kubectl, values, live, options.timeout);
  process.stdout.write(
    `${values.name} ${plan.values.version} is available at ${await serviceUrl(kubectl, values)}\n`,
  );
  return 0;
}

async function rollOut(
  kubectl: Kubectl,
  values: Values,
  live: LiveDeployment | undefined,
  timeout: number,
): Promise<void> {
  if (await ensureSessionSecret(kubectl, values)) {
    process.stderr.write(`created secret/${values.session.secret} with a new key\n`);
  }
  if (live !== undefined && values.autoscaling.by !== 'none') await handOverReplicas(kubectl, live);
  const byWeight = values.canary.enabled && values.httpRoute.enabled;
  process.stderr.write(await applyValues(kubectl, byWeight ? withoutCanaryTraffic(values) : values));
  const target = values.canary.enabled ? `${values.name}-canary` : values.name;
  // A new Deployment without a number of replicas starts with one pod, until its autoscaler runs.
  const bounds = live === undefined && values.autoscaling.by !== 'none' && { pods: values.autoscaling };
  try {
    await watchRollout(kubectl, target, { timeout, progress: rolloutDisplay(target), ...bounds });
  } catch (error) {
    const failed = error instanceof PenstockError && error.code === 'rollout_failed';
    if (failed) process.stderr.write(await undoRollout(kubectl, values, live));
    throw error;
  }
  if (byWeight) await applyValues(kubectl, values);
  const deleted = await prune(kubectl, values);
  for (const { kind, metadata } of deleted) {
    process.stderr.write(`deleted ${kind.toLowerCase()}/${metadata.name}\n`);
  }
  // A deleted autoscaler may have changed the number of pods just before.
  if (deleted.some(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject')) {
    await applyValues(kubectl, values);
    await watchRollout(kubectl, target, { timeout, progress: rolloutDisplay(target) });
  }
}

/** Removes the failed new pods. The old pods have kept serving. */
async function undoRollout(
  kubectl: Kubectl,
  { canary, name }: Values,
  live: LiveDeployment | undefined,
): Promise<string> {
  if (canary.enabled) {
    await kubectl.must(['scale', `deployment/${name}-canary`, '--replicas=0']);
    return `scaled ${name}-canary to 0 pods; ${name} is still serving\n`;
  }
  if (live === undefined) return '';
  const { ok } = await kubectl.run(['rollout', 'undo', `deployment/${name}`]);
  return ok ? `rolled back: the previous version of ${name} is still serving\n` : '';
}

async function currentNamespace(kubectl: Kubectl): Promise<string> {
  const args = ['config', 'view', '--minify', '--output', 'jsonpath={..namespace}'];
  const { stdout } = await kubectl.run(args);
  return stdout.trim() || 'default';
}
