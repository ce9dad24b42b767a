import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { objectsFor } from '../kubernetes/documents.js';
import { helmChart } from '../kubernetes/helm-chart.js';
import { printedObjects } from '../kubernetes/kustomize.js';
import { saveImage } from '../kubernetes/local-cluster.js';
import type { Values } from '../kubernetes/values.js';
import { version } from '../version.js';

const archive = 'image.tar';

/**
 * Writes what an air-gapped site needs: the image, the chart, the manifests, and their checksums.
 *
 * @param engine the program that has the image
 */
export async function writeBundle(folder: string, engine: string, values: Values): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await saveImage(engine, values.image, join(folder, archive));
  const objects = [...objectsFor(values).values()];
  const files = new Map([
    ['manifests.yaml', printedObjects(objects)],
    ['README.md', readme(values, otherImages(objects, values.image))],
    ...[...helmChart(values, version)].map(([path, text]) => [`chart/${path}`, text] as const),
  ]);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const sums = await Promise.all(
    [archive, ...files.keys()].map(async (path) => `${await sha256(join(folder, path))}  ${path}\n`),
  );
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Images that the pods use besides that of the app, such as HAProxy. */
function otherImages(objects: readonly object[], own: string): string[] {
  const found = JSON.stringify(objects).matchAll(/"image":"([^"]+)"/g);
  return [...new Set([...found].map(([, image]) => image!))].filter((image) => image !== own);
}

function readme({ image, name, version: appVersion }: Values, others: readonly string[]): string {
  const more =
    others.length === 0
      ? ''
      : `\nThe pods also need these images, which the bundle does not contain: ${others.join(', ')}.\n`;
  return `# ${name} ${appVersion}

A bundle for air-gapped sites. Verify the files, then push the image to your registry:

\`\`\`sh
sha256sum --check SHA256SUMS
podman load --input ${archive}
podman tag ${image} REGISTRY/${name}:${appVersion}
podman push --digestfile digest REGISTRY/${name}:${appVersion}
\`\`\`

Install the chart with the digest from the registry. To use manifests.yaml instead, replace the image there and apply it.

\`\`\`sh
helm upgrade --install ${name} chart --set image=REGISTRY/${name}@$(cat digest)
\`\`\`
${more}`;
}
