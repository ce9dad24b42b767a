import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration } from '../config/kinds.js';
import type { CommandName } from '../config/options.js';
import { PenstockError } from '../errors.js';
import { configured, located } from './located.js';

type MakeCommand = (name: CommandName, summary: string, argument?: [string, string]) => Command;

const nameArgument: [string, string] = ['<name>', 'the name of the deployment'];

/** Adds the commands for Kubernetes. */
export function addClusterCommands(make: MakeCommand, finish: (code: number) => void): void {
  const manifests = make('manifests', 'Print the Kubernetes manifests of an app, or write them to files.');
  manifests
    .option(
      '--kustomize <folder>',
      'Write a Kustomize base with overlays for a local cluster and for production.',
    )
    .option('--helm <folder>', 'Write a Helm chart.')
    .option(
      '--measure',
      'Only measure the app, and write its sizes to penstock-sizing.json in its folder. Later runs then need no R.',
    )
    .action(async (argument: string | undefined) => {
      const { manifests: run } = await import('./manifests.js');
      const { helm, kustomize, measure = false } = manifests.opts();
      finish(await run(...located(manifests, argument), { helm, kustomize, measure }));
    });
  addDeploy(make, finish);

  const scale = make('scale', 'Set the number of pods, or the bounds of the autoscaler.', nameArgument);
  scale
    .addOption(new Option('--replicas <n>', 'Number of pods.').argParser(count).conflicts(['min', 'max']))
    .addOption(new Option('--min <n>', 'Minimum number of pods.').argParser(count))
    .addOption(new Option('--max <n>', 'Maximum number of pods.').argParser(count))
    .addOption(durationOption('--timeout <duration>', 'How long to wait until the pods are ready.'))
    .action(async (name: string) => {
      const { max, min, replicas, timeout } = scale.opts();
      const bounds = boundsOf(replicas, min, max);
      const { scale: run } = await import('./scale.js');
      finish(await run(name, configured(scale), { ...bounds, timeout }));
    });

  const status = make('status', 'Show the state and the load of each pod.', nameArgument);
  status
    .option('--watch', 'Refresh the table every two seconds.')
    .option('--json', 'Print the status as JSON.')
    .option('--all', 'Show a line for each pod, also if there are more than 50.')
    .action(async (name: string) => {
      const { all = false, json = false, watch = false } = status.opts();
      const { status: run } = await import('./status.js');
      finish(await run(name, configured(status), { all, json, watch }));
    });

  const logs = make('logs', 'Show the logs of all pods.', nameArgument);
  logs
    .option('-f, --follow', 'Stream new lines as they are written.')
    .option('--previous', 'Show the logs of the previous containers, before their restart.')
    .addOption(new Option('--tail <lines>', 'Number of lines per pod.').argParser(count).default(100))
    .action(async (name: string) => {
      const { follow = false, previous = false, tail } = logs.opts();
      const { logs: run } = await import('./logs.js');
      finish(await run(name, configured(logs), { follow, previous, tail }));
    });

  const rollback = make('rollback', 'Return to the previous version, or to an earlier one.', nameArgument);
  rollback
    .addOption(new Option('--to-revision <n>', 'Revision in `kubectl rollout history`.').argParser(count))
    .addOption(durationOption('--timeout <duration>', 'How long to wait until the pods are ready.'))
    .action(async (name: string) => {
      const { timeout, toRevision: revision } = rollback.opts();
      const { rollback: run } = await import('./rollback.js');
      finish(await run(name, configured(rollback), { revision, timeout }));
    });

  const remove = make('delete', 'Delete all objects of a deployment.', nameArgument);
  remove.option('--canary', 'Delete only the canary.').action(async (name: string) => {
    const { remove: run } = await import('./delete.js');
    finish(await run(name, configured(remove), remove.opts().canary === true));
  });
}

function addDeploy(make: MakeCommand, finish: (code: number) => void): void {
  const deploy = make(
    'deploy',
    'Deploy an app to a Kubernetes cluster: build the image, apply the manifests, watch the rollout.',
  );
  deploy
    .option('--dry-run', 'Let the cluster validate the manifests, without applying them.')
    .option('--diff', 'Show what would change in the cluster, without changing it.')
    .option('--no-build', 'Deploy the image named by --image without building it.')
    .option('--containerd', "Load the image into this machine's containerd, for a cluster of only this node.")
    .addOption(
      new Option(
        '--canary <percent>',
        'Deploy a canary that gets this share of the requests, and keep the current version.',
      ).argParser(percent),
    )
    // `--timeout` is already the deadline of requests.
    .addOption(durationOption('--rollout-timeout <duration>', 'How long the rollout may make no progress.'))
    .option('--undo-on-timeout', 'Undo a rollout that makes no progress for this time.')
    .action(async (argument: string | undefined) => {
      const { build, canary, containerd = false, diff = false, dryRun = false } = deploy.opts();
      const { rolloutTimeout: timeout, undoOnTimeout = false } = deploy.opts();
      const { deploy: run } = await import('./deploy.js');
      const options = { build, canary, containerd, diff, dryRun, timeout, undoOnTimeout };
      finish(await run(...located(deploy, argument), options));
    });
}

function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(milliseconds).default(600_000, '10m');
}

function milliseconds(text: string): number {
  const parsed = duration({ min: 1000 }).parse(text);
  if (parsed === undefined)
    throw new InvalidArgumentError('Expected a duration of at least 1s, such as 90s or 10m.');
  return parsed;
}

function count(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Expected a whole number such as 3.');
  return Number(text);
}

function percent(text: string): number {
  const parsed = count(text);
  if (parsed < 1 || parsed > 99) throw new InvalidArgumentError('Expected a whole number from 1 to 99.');
  return parsed;
}

/** `--replicas` sets both bounds. */
function boundsOf(replicas?: number, min?: number, max?: number): { min: number; max: number } {
  if (replicas !== undefined) return { min: replicas, max: replicas };
  if (min === undefined || max === undefined) {
    throw new PenstockError('usage', 'Specify --replicas, or both --min and --max.');
  }
  if (min < 1 || min > max) {
    throw new PenstockError('usage', `--min: expected a number from 1 to --max (${max}); got ${min}.`);
  }
  return { min, max };
}
