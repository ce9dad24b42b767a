import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { planDeployment } from '../kubernetes/app-values.js';
import { applyValues, diffValues, handOverReplicas, prune } from '../kubernetes/apply.js';
import { withCanary, withoutShare } from '../kubernetes/canary.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import type { LiveDeployment } from '../kubernetes/live-objects.js';
import { watchRollout } from '../kubernetes/rollout.js';
import { serviceUrl } from '../kubernetes/service-url.js';
import { ensureSessionSecret } from '../kubernetes/session-secret.js';
import type { Values } from '../kubernetes/values.js';
import { connect, rolloutDisplay } from './cluster.js';
import { provideImage } from './provide-image.js';

/** The flags of `penstock deploy` that no other command has. */
export interface DeployOptions {
  /** Ask the cluster, change nothing. */
  readonly dryRun: boolean;
  /** Show what would change, change nothing. */
  readonly diff: boolean;
  /** Build the image, and bring it to where the nodes find it. */
  readonly build: boolean;
  /** Bring it into this machine's containerd. */
  readonly containerd: boolean;
  /** Percent of the requests that the new version is to get, beside the one that runs. */
  readonly canary: number | undefined;
  /** Milliseconds for the rollout. */
  readonly timeout: number;
}

/** Builds an app's image, applies its manifests and watches the new version come up. */
export async function deploy(app: AppLocation, config: Config, options: DeployOptions): Promise<number> {
  const kubectl = connect(config);
  const namespace = config.namespace ?? (await currentNamespace(kubectl));
  const plan = await planDeployment(app, { ...config, namespace });
  for (const warning of plan.warnings) process.stderr.write(`warning: ${warning}\n`);
  const live = await kubectl.find<LiveDeployment>('deployment', plan.values.name, ['--show-managed-fields']);
  const values = options.canary === undefined ? plan.values : withCanary(plan.values, live, options.canary);

  if (options.diff || options.dryRun) {
    process.stdout.write(
      await (options.diff ? diffValues(kubectl, values) : applyValues(kubectl, values, true)),
    );
    return 0;
  }
  if (options.build) await provideImage(app, config, kubectl, plan.values.image, options.containerd);
  await roll(kubectl, values, live, options.timeout);
  process.stdout.write(
    `${values.name} ${plan.values.version} serves at ${await serviceUrl(kubectl, values)}\n`,
  );
  return 0;
}

async function roll(
  kubectl: Kubectl,
  values: Values,
  live: LiveDeployment | undefined,
  timeout: number,
): Promise<void> {
  if (await ensureSessionSecret(kubectl, values)) {
    process.stderr.write(`made secret/${values.session.secret} with a new key\n`);
  }
  if (live !== undefined && values.autoscaling.by !== 'none') await handOverReplicas(kubectl, live);
  const byWeight = values.canary.enabled && values.httpRoute.enabled;
  process.stderr.write(await applyValues(kubectl, byWeight ? withoutShare(values) : values));
  const target = values.canary.enabled ? `${values.name}-canary` : values.name;
  // A Deployment that nobody has told a number begins with one pod, until its autoscaler looks.
  const bounds = live === undefined && values.autoscaling.by !== 'none' && { pods: values.autoscaling };
  try {
    await watchRollout(kubectl, target, { timeout, progress: rolloutDisplay(target), ...bounds });
  } catch (error) {
    const failed = error instanceof PenstockError && error.code === 'rollout_failed';
    if (failed) process.stderr.write(await retreat(kubectl, values, live));
    throw error;
  }
  if (byWeight) await applyValues(kubectl, values);
  const gone = await prune(kubectl, values);
  for (const { kind, metadata } of gone) {
    process.stderr.write(`deleted ${kind.toLowerCase()}/${metadata.name}\n`);
  }
  // An autoscaler that has gone may have had the last word on the number of pods.
  if (gone.some(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject')) {
    await applyValues(kubectl, values);
    await watchRollout(kubectl, target, { timeout, progress: rolloutDisplay(target) });
  }
}

/** The old pods have never stopped serving; this takes the broken new ones away. */
async function retreat(
  kubectl: Kubectl,
  { canary, name }: Values,
  live: LiveDeployment | undefined,
): Promise<string> {
  if (canary.enabled) {
    await kubectl.must(['scale', `deployment/${name}-canary`, '--replicas=0']);
    return `${name}-canary has been scaled to 0; ${name} serves as before\n`;
  }
  if (live === undefined) return '';
  const { ok } = await kubectl.run(['rollout', 'undo', `deployment/${name}`]);
  return ok ? `rolled back: the previous version of ${name} serves on\n` : '';
}

async function currentNamespace(kubectl: Kubectl): Promise<string> {
  const args = ['config', 'view', '--minify', '--output', 'jsonpath={..namespace}'];
  const { stdout } = await kubectl.run(args);
  return stdout.trim() || 'default';
}
