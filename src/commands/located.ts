import type { Command } from 'commander';
import { type AppLocation, findApp } from '../app/find-app.js';
import { flagsOf } from '../config/flags.js';
import { type Config, loadConfig } from '../config/load.js';
import { printWarnings } from './warnings.js';

/** The app of a command, and its configuration, whose warnings are printed. */
export function located(command: Command, argument: string | undefined): [AppLocation, Config] {
  const app = findApp(argument);
  return [app, configured(command, app)];
}

/** The configuration of a command. Prints its warnings. */
export function configured(command: Command, app?: AppLocation): Config {
  const place = app === undefined ? {} : { appDir: app.directory, project: app.project };
  const config = loadConfig({ flags: flagsOf(command), ...place });
  printWarnings(config.warnings);
  return config;
}
