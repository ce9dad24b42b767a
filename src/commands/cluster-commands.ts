import type { Command } from 'commander';
import { type AppLocation, findApp } from '../app/find-app.js';
import { flagsOf } from '../config/flags.js';
import { type Config, loadConfig } from '../config/load.js';
import type { CommandName } from '../config/options.js';

type MakeCommand = (name: CommandName, summary: string) => Command;

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
