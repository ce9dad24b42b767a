import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppLocation } from '../app/find-app.js';
import { displayPath } from '../config/file.js';
import type { Config } from '../config/load.js';
import { planDeployment } from '../kubernetes/app-values.js';
import { helmChart } from '../kubernetes/helm-chart.js';
import { kustomization, printedObjects } from '../kubernetes/kustomize.js';
import { version } from '../version.js';
import { printWarnings } from './warnings.js';

/** Folders to write to. Without any, `penstock manifests` prints. */
export interface ManifestsOptions {
  readonly kustomize: string | undefined;
  readonly helm: string | undefined;
}

/** Prints what `penstock deploy` would apply, or writes it as a Kustomize base with overlays or as a Helm chart. */
export async function manifests(
  app: AppLocation,
  config: Config,
  { helm, kustomize }: ManifestsOptions,
): Promise<number> {
  const { values, warnings } = await planDeployment(app, config);
  printWarnings(warnings);
  if (kustomize !== undefined)
    writeAll(kustomize, kustomization(values), (path) => path.startsWith('overlays/'));
  if (helm !== undefined) writeAll(helm, helmChart(values, version));
  if (kustomize === undefined && helm === undefined) process.stdout.write(printedObjects(values));
  return 0;
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
