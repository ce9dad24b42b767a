import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppLocation } from '../app/find-app.js';
import { displayPath } from '../config/file.js';
import type { Config } from '../config/load.js';
import { imageVersion } from '../image/image-version.js';
import { planDeployment } from '../kubernetes/app-values.js';
import { helmChart } from '../kubernetes/helm-chart.js';
import { baseFiles, kustomization, printedObjects } from '../kubernetes/kustomize.js';
import { patchedObjects } from '../kubernetes/patched-objects.js';
import { patchesOf } from '../kubernetes/section.js';
import { writeSizing } from '../kubernetes/sizing.js';
import { version } from '../version.js';
import { connect } from './cluster.js';
import { printWarnings } from './warnings.js';

/** Folders to write to. Without any, `penstock manifests` prints. */
export interface ManifestsOptions {
  readonly kustomize: string | undefined;
  readonly helm: string | undefined;
  /** Only measure the app, and write its sizes to its folder. */
  readonly measure: boolean;
}

/** Prints what `penstock deploy` would apply, or writes it as a Kustomize base with overlays or as a Helm chart. */
export async function manifests(
  app: AppLocation,
  config: Config,
  { helm, kustomize, measure }: ManifestsOptions,
): Promise<number> {
  if (measure) {
    process.stdout.write(`wrote ${displayPath(await writeSizing(app, config), process.cwd())}\n`);
    return 0;
  }
  const { values, warnings } = await planDeployment(app, config, await imageVersion(app));
  const patches = patchesOf(config.kubernetes);
  printWarnings(warnings);
  if (kustomize !== undefined) {
    const files = kustomization(values, patches);
    removeUnused(kustomize, files);
    writeAll(kustomize, files, (path) => path.startsWith('overlays/'));
  }
  if (helm !== undefined) {
    writeAll(helm, helmChart(values, version));
    if (patches.length > 0)
      printWarnings([
        'A chart cannot contain the `patches` of penstock.yaml. Use its values, or --kustomize.',
      ]);
  }
  if (kustomize === undefined && helm === undefined)
    process.stdout.write(printedObjects(await patchedObjects(connect(config), values, patches)));
  return 0;
}

/** Deletes the objects of an earlier run that other options had added to the base. */
function removeUnused(folder: string, files: ReadonlyMap<string, string>): void {
  const unused = baseFiles.filter((path) => !files.has(path)).map((path) => join(folder, path));
  for (const file of unused.filter(existsSync)) {
    rmSync(file);
    process.stdout.write(`deleted ${displayPath(file, process.cwd())}\n`);
  }
}

/** Does not overwrite existing files that the user is expected to edit. */
function writeAll(
  folder: string,
  files: ReadonlyMap<string, string>,
  isEditable: (path: string) => boolean = () => false,
): void {
  for (const [path, text] of files) {
    const file = join(folder, path);
    const shown = displayPath(file, process.cwd());
    if (isEditable(path) && existsSync(file)) {
      process.stdout.write(`kept  ${shown}\n`);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`wrote ${shown}\n`);
  }
}
