import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { imageVersion } from '../image/image-version.js';
import { planDeployment } from '../kubernetes/app-values.js';
import { applyObjects, diffObjects, handOverReplicas, type Objects, prune } from '../kubernetes/apply.js';
import { canaryObjects, withCanary, withoutCanaryTraffic } from '../kubernetes/canary.js';
import type { Kubectl } from '../kubernetes/kubectl.js';
import type { LiveDeployment } from '../kubernetes/live-objects.js';
import { patchedObjects } from '../kubernetes/patched-objects.js';
import { recordRelease } from '../kubernetes/release-history.js';
import { type RolloutOptions, troubleOf, watchRollout } from '../kubernetes/rollout.js';
import { ensureSecrets } from '../kubernetes/secrets.js';
import { patchesOf } from '../kubernetes/section.js';
import { serviceUrl } from '../kubernetes/service-url.js';
import { startBalancer } from '../kubernetes/start-balancer.js';
import type { Values } from '../kubernetes/values.js';
import { connect, namespaceOf, rolloutDisplay } from './cluster.js';
import { provideImage, withLiveImage } from './provide-image.js';
import { undoRollout } from './undo-rollout.js';
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
  /** How long the rollout may make no progress, in ms. */
  readonly timeout: number;
  /** Undo a rollout that made no progress for this time. */
  readonly undoOnTimeout: boolean;
}

/** A deployment while it is being made. */
interface Rollout {
  readonly kubectl: Kubectl;
  readonly values: Values;
  /** The Deployment before; undefined if this is the first. */
  readonly live: LiveDeployment | undefined;
  /** The objects to apply for other values of the same deployment. */
  readonly objectsFor: (values: Values) => Promise<Objects>;
  readonly options: DeployOptions;
}

/** Builds an app's image, applies its manifests and watches the rollout. */
export async function deploy(app: AppLocation, config: Config, options: DeployOptions): Promise<number> {
  const kubectl = connect(config);
  const namespace = await namespaceOf(config, kubectl);
  const plan = await planDeployment(app, { ...config, namespace }, await imageVersion(app));
  printWarnings(plan.warnings);
  const { name } = plan.values;
  const live = await kubectl.find<LiveDeployment>('deployment', name, ['--show-managed-fields']);
  const changes = !options.diff && !options.dryRun;
  const image =
    changes && options.build
      ? await provideImage(app, config, kubectl, plan.values.image, options.containerd)
      : withLiveImage(plan.values.image, live, options.build);
  const ready = { ...plan.values, image };
  const values = options.canary === undefined ? ready : withCanary(ready, live, options.canary);
  const objectsFor = async (of: Values) => {
    const all = await patchedObjects(kubectl, of, patchesOf(config.kubernetes));
    return of.canary.enabled ? canaryObjects(all, name) : all;
  };

  if (!changes) {
    const objects = await objectsFor(values);
    process.stdout.write(
      await (options.diff ? diffObjects(kubectl, objects) : applyObjects(kubectl, objects, true)),
    );
    return 0;
  }
  await rollOut({ kubectl, values, live, objectsFor, options });
  process.stdout.write(`${name} ${values.version} is available at ${await serviceUrl(kubectl, values)}\n`);
  return 0;
}

async function rollOut(rollout: Rollout): Promise<void> {
  const { kubectl, live, objectsFor, options, values } = rollout;
  const { canary, name } = values;
  for (const secret of await ensureSecrets(kubectl, values)) {
    process.stderr.write(`created secret/${secret} with a new key\n`);
  }
  const scaled = values.autoscaling.by !== 'none' && !canary.enabled;
  if (live !== undefined && scaled) await handOverReplicas(kubectl, live);
  const target = canary.enabled ? `${name}-canary` : name;
  const running = canary.enabled ? await kubectl.find<LiveDeployment>('deployment', target) : live;
  const before = await troubleOf(kubectl, running);
  const byWeight = canary.enabled && values.httpRoute.enabled;
  const objects = await objectsFor(byWeight ? withoutCanaryTraffic(values) : values);
  if (live !== undefined) await startBalancer(kubectl, name, objects, options.timeout);
  process.stderr.write(await applyObjects(kubectl, objects));
  const watch: RolloutOptions = {
    timeout: options.timeout,
    timeoutFails: options.undoOnTimeout,
    progress: rolloutDisplay(target),
    before,
    // A new Deployment without a number of replicas starts with one pod, until its autoscaler runs.
    ...(live === undefined && scaled && values.autoscaling.by !== 'external' && { pods: values.autoscaling }),
  };
  try {
    await watchRollout(kubectl, target, watch);
  } catch (error) {
    const failed = error instanceof PenstockError && error.code === 'rollout_failed';
    if (failed) process.stderr.write(await undoRollout(rollout));
    throw error;
  }
  if (byWeight) await applyObjects(kubectl, await objectsFor(values));
  if (canary.enabled) return;
  const deleted = await prune(kubectl, name, objects);
  for (const { kind, metadata } of deleted) {
    process.stderr.write(`deleted ${kind.toLowerCase()}/${metadata.name}\n`);
  }
  // A deleted autoscaler may have changed the number of pods just before.
  if (deleted.some(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject')) {
    await applyObjects(kubectl, objects);
    await watchRollout(kubectl, target, watch);
  }
  await recordRelease(kubectl, name, objects);
}
