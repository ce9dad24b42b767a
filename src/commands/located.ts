import type { Command } from 'commander';
import { type AppLocation, findApp } from '../app/find-app.js';
import { flagsOf } from '../config/flags.js';
import { type Config, loadConfig } from '../config/load.js';
import { printWarnings } from './warnings.js';

/** The app of a command, and its configuration, whose warnings are printed. */
export function located(command: Command, argument: string | undefined): [AppLocation, Config] {
  const app = findApp(argument);
  return [app, configured(command, app.directory)];
}

/** The configuration of a command. Prints its warnings. */
export function configured(command: Command, appDir?: string): Config {
  const config = loadConfig({ flags: flagsOf(command), ...(appDir !== undefined && { appDir }) });
  printWarnings(config.warnings);
  return config;
}
