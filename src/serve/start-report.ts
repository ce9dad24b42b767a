import type { AppLocation } from '../app/find-app.js';
import { type Framework, hasDocs, type Manifest, ownRoutes } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { AppRoutes } from '../lanes/app-routes.js';
import type { AppVersion } from './app-version.js';

/** What a started gateway serves, and where. */
export interface StartReport {
  readonly url: string;
  readonly adminUrl: string;
  /** The file or folder that is served. */
  readonly app: string;
  /** The folder above it that R starts in; undefined if it is the app's. */
  readonly project: string | undefined;
  /** The configuration file; undefined if there is none. */
  readonly config: string | undefined;
  readonly workers: Config['workers'];
  /** Undefined if the app does not load yet, under `penstock dev`. */
  readonly loaded: LoadedReport | undefined;
}

/** What is known of an app that is loaded. */
export interface LoadedReport {
  readonly rVersion: string;
  readonly plumberVersion: string | undefined;
  /** Undefined for apps of plumber, and for saved models. */
  readonly framework: Framework | undefined;
  /** Where R looks for packages first. */
  readonly library: string;
  /** Whether the app has the page `/__docs__/`. */
  readonly documented: boolean;
  /** The numbers of its own routes, by lane; undefined for saved models and apps of other frameworks. */
  readonly routes: { readonly direct: number; readonly plumber: number } | undefined;
  readonly models: readonly string[];
  /** Why each worker loads the app itself; empty if workers are forked, or `preload` is off. */
  readonly notForked: readonly string[];
}

export function startReport({
  adminUrl,
  app,
  config,
  url,
  version,
}: {
  url: string;
  adminUrl: string;
  app: AppLocation;
  config: Config;
  version: AppVersion | undefined;
}): StartReport {
  const loaded = version?.manifest && loadedReport(version, version.manifest, config);
  const { config: file, workers } = config;
  return { url, adminUrl, app: app.file, project: app.project, config: file, workers, loaded };
}

function loadedReport({ models, notForked }: AppVersion, manifest: Manifest, config: Config): LoadedReport {
  const { framework, library, plumberVersion, rVersion } = manifest;
  return {
    rVersion,
    plumberVersion,
    framework,
    library,
    documented: models !== undefined || hasDocs(manifest),
    routes: manifest.direct !== undefined ? routesByLane(manifest, config.lane === 'plumber') : undefined,
    models: [...new Set(manifest.models.map(({ name }) => name))],
    notForked,
  };
}

function routesByLane(manifest: Manifest, forced: boolean): { direct: number; plumber: number } {
  const own = ownRoutes(manifest);
  const lanes = new AppRoutes(manifest.direct!);
  const direct = forced ? 0 : own.filter((route) => lanes.obstacle(route) === undefined).length;
  return { direct, plumber: own.length - direct };
}
