import type { AppLocation } from '../app/find-app.js';
import { ownRoutes } from '../app/manifest.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { AppPaths, type RouteSummary } from '../lanes/route-paths.js';
import { describeModels } from '../models/look-at-models.js';
import { modelRoutes } from '../models/model-paths.js';
import { ModelRegistry } from '../models/registry.js';
import { servedModel } from '../models/served-model.js';
import { lookAtApp } from '../pool/look-at-app.js';
import type { Finding } from './finding.js';

/** Lines of R's output that are shown if the app does not load. */
const MAX_LINES = 5;

/** What loading the app has shown. */
export interface LoadResult {
  readonly findings: readonly Finding[];
  /** Undefined if the app does not load. */
  readonly routes: readonly RouteSummary[] | undefined;
}

/** Loads the app as a worker does, and predicts an example row with each model. */
export async function checkLoad(app: AppLocation, config: Config): Promise<LoadResult> {
  const printed: string[] = [];
  const output = (line: string): void => {
    printed.push(line);
  };
  try {
    return app.kind === 'model' ? await loadModels(app, config, output) : await loadApp(app, config, output);
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    const [title = '', ...details] = error.message.split('\n');
    const last = error.code === 'app_load_failed' ? printed.slice(-MAX_LINES) : [];
    return {
      findings: [{ status: 'missing', title, details: [...details, ...last], fix: [fixFor(error)] }],
      routes: undefined,
    };
  }
}

async function loadApp(
  app: AppLocation,
  config: Config,
  output: (line: string) => void,
): Promise<LoadResult> {
  const manifest = await lookAtApp(app, config, { output });
  const { framework } = manifest;
  if (framework !== undefined) {
    const { knowsRoutes, name, version } = framework;
    const routes = knowsRoutes ? String(ownRoutes(manifest).length) : 'unknown';
    return {
      findings: [{ status: 'ok', title: `The app loads: ${name} ${version}, routes: ${routes}` }],
      routes: undefined,
    };
  }
  const count = ownRoutes(manifest).length;
  const finding: Finding =
    count === 0
      ? {
          status: 'warning',
          title: 'The app loads, but has no routes: every request gets 404',
          fix: ['Annotate a function, for example with `#* @get /hello`.'],
        }
      : { status: 'ok', title: `The app loads: ${count === 1 ? '1 route' : `${count} routes`}` };
  return { findings: [finding], routes: new AppPaths([manifest.routes]).routes };
}

async function loadModels(
  app: AppLocation,
  config: Config,
  output: (line: string) => void,
): Promise<LoadResult> {
  const findings: Finding[] = [];
  const served = [];
  for await (const { found, section, settings } of describeModels(app, config, output)) {
    if (found.failure !== undefined) throw new PenstockError('app_load_failed', found.failure);
    const model = servedModel(found, settings, section);
    served.push(model);
    const name = `Model ${model.name} version ${model.version}`;
    findings.push(
      found.trialFailure === undefined
        ? {
            status: 'ok',
            title: `${name} loads${found.outputs.length > 0 ? ', and predicts an example row' : ''}`,
          }
        : {
            status: 'missing',
            title: `${name} loads, but predict() fails for an example row: ${found.trialFailure}`,
            fix: [
              'Give the types and examples of its fields under `model` in penstock.yaml, or save it again.',
            ],
          },
    );
  }
  return { findings, routes: modelRoutes(new ModelRegistry(served, config.models)) };
}

function fixFor(error: PenstockError): string {
  return error.code === 'app_load_failed' ? 'Fix the error that R reports.' : error.entry.hint;
}
