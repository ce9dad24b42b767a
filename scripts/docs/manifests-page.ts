import { defaultConfig } from '../../src/config/load.js';
import { valuesFor } from '../../src/kubernetes/app-values.js';
import { printedObjects } from '../../src/kubernetes/kustomize.js';

/** What `penstock manifests examples/mtcars` prints on a machine where a worker takes as much as here. */
export function manifestsPage(): string {
  const measured = { loadTime: 1500, memory: 90 * 1024 ** 2, longestTimeout: 0, hazards: [] };
  const values = valuesFor({ name: 'mtcars', version: '0123456789ab', config: defaultConfig(), measured });
  return `# What \`penstock manifests examples/mtcars\` prints. Written by \`npm run docs\`.\n${printedObjects(values)}`;
}
