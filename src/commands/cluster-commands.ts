import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AppLocation, findApp } from '../app/find-app.js';
import { flagsOf } from '../config/flags.js';
import { duration } from '../config/kinds.js';
import { type Config, loadConfig } from '../config/load.js';
import type { CommandName } from '../config/options.js';
import { PenstockError } from '../errors.js';

type MakeCommand = (name: CommandName, summary: string, argument?: [string, string]) => Command;

const ofName: [string, string] = ['<name>', 'the name that it was deployed by'];

/** Gives the program the commands that are about Kubernetes. */
export function addClusterCommands(make: MakeCommand, finish: (code: number) => void): void {
  const manifests = make('manifests', 'Print the Kubernetes manifests of an app, or write them down.');
  manifests
    .option(
      '--kustomize <folder>',
      'Write a Kustomize base, and overlays for a local cluster and production.',
    )
    .option('--helm <folder>', 'Write a Helm chart.')
    .action(async (argument: string | undefined) => {
      const { manifests: run } = await import('./manifests.js');
      const { helm, kustomize } = manifests.opts();
      finish(await run(...located(manifests, argument), { helm, kustomize }));
    });
  addDeploy(make, finish);

  const scale = make('scale', 'Set how many pods there are, or may be.', ofName);
  scale
    .addOption(new Option('--replicas <n>', 'Pods.').argParser(count).conflicts(['min', 'max']))
    .addOption(new Option('--min <n>', 'Pods at least.').argParser(count))
    .addOption(new Option('--max <n>', 'Pods at most.').argParser(count))
    .addOption(timeoutOption())
    .action(async (name: string) => {
      const { max, min, replicas, timeout } = scale.opts();
      const bounds = boundsOf(replicas, min, max);
      const { scale: run } = await import('./scale.js');
      finish(await run(name, configured(scale), { ...bounds, timeout }));
    });

  const status = make('status', 'Show the pods, what they do and how they do.', ofName);
  status
    .option('--watch', 'Renew the table every two seconds.')
    .option('--json', 'Print it as JSON.')
    .action(async (name: string) => {
      const { json = false, watch = false } = status.opts();
      const { status: run } = await import('./status.js');
      finish(await run(name, configured(status), { json, watch }));
    });

  const logs = make('logs', 'Show the logs of all pods.', ofName);
  logs
    .option('-f, --follow', 'Go on with new lines.')
    .option('--previous', 'Of the containers that ended before the ones that run.')
    .addOption(new Option('--tail <lines>', 'Lines of each pod.').argParser(count).default(100))
    .action(async (name: string) => {
      const { follow = false, previous = false, tail } = logs.opts();
      const { logs: run } = await import('./logs.js');
      finish(await run(name, configured(logs), { follow, previous, tail }));
    });

  const rollback = make('rollback', 'Bring back the previous version, or an earlier one.', ofName);
  rollback
    .addOption(new Option('--to-revision <n>', 'One that `kubectl rollout history` lists.').argParser(count))
    .addOption(timeoutOption())
    .action(async (name: string) => {
      const { timeout, toRevision: revision } = rollback.opts();
      const { rollback: run } = await import('./rollback.js');
      finish(await run(name, configured(rollback), { revision, timeout }));
    });

  const remove = make('delete', 'Delete everything that deploying has made.', ofName);
  remove.option('--canary', 'Only the canary.').action(async (name: string) => {
    const { remove: run } = await import('./delete.js');
    finish(await run(name, configured(remove), remove.opts().canary === true));
  });
}

function addDeploy(make: MakeCommand, finish: (code: number) => void): void {
  const deploy = make('deploy', 'Bring an app to a Kubernetes cluster: image, manifests, rollout.');
  deploy
    .option('--dry-run', 'Ask the cluster whether it would take the manifests, and change nothing.')
    .option('--diff', 'Show what would change in the cluster, and change nothing.')
    .option('--no-build', 'Deploy the image that --image names as it is.')
    .option('--containerd', "Load the image into this machine's containerd: for a cluster of this one node.")
    .addOption(
      new Option(
        '--canary <percent>',
        'Run it beside the present version, for a share of the requests.',
      ).argParser(percent),
    )
    .addOption(rolloutOption())
    .action(async (argument: string | undefined) => {
      const { build, canary, containerd = false, diff = false, dryRun = false } = deploy.opts();
      const { rolloutTimeout: timeout } = deploy.opts();
      const { deploy: run } = await import('./deploy.js');
      const options = { build, canary, containerd, diff, dryRun, timeout };
      finish(await run(...located(deploy, argument), options));
    });
}

/** `deploy` has --timeout for the deadline of requests. */
function rolloutOption(): Option {
  return new Option('--rollout-timeout <duration>', 'How long the new version may take to come up.')
    .argParser(milliseconds)
    .default(600_000, '10m');
}

function timeoutOption(): Option {
  return new Option('--timeout <duration>', 'How long the pods may take to come up.')
    .argParser(milliseconds)
    .default(600_000, '10m');
}

function milliseconds(text: string): number {
  const parsed = duration({ min: 1000 }).parse(text);
  if (parsed === undefined) throw new InvalidArgumentError('must be a duration like 90s or 10m.');
  return parsed;
}

function count(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('must be a whole number.');
  return Number(text);
}

function percent(text: string): number {
  const parsed = count(text);
  if (parsed < 1 || parsed > 99) throw new InvalidArgumentError('must be a number from 1 to 99.');
  return parsed;
}

/** A number is both of its bounds. */
function boundsOf(replicas?: number, min?: number, max?: number): { min: number; max: number } {
  if (replicas !== undefined) return { min: replicas, max: replicas };
  if (min === undefined || max === undefined) {
    throw new PenstockError('usage', 'Say --replicas, or both --min and --max.');
  }
  if (min < 1 || min > max) throw new PenstockError('usage', '--min must be from 1 to --max.');
  return { min, max };
}

/** The app and its configuration, as for the commands that serve it. */
function located(command: Command, argument: string | undefined): [AppLocation, Config] {
  const app = findApp(argument);
  return [app, configured(command, app.directory)];
}

function configured(command: Command, appDir?: string): Config {
  const config = loadConfig({ flags: flagsOf(command), ...(appDir !== undefined && { appDir }) });
  for (const warning of config.warnings) process.stderr.write(`warning: ${warning}\n`);
  return config;
}
