import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeBundle } from '../../src/commands/image-bundle.js';
import { plainValues } from '../kubernetes/switches.js';

/** Any image will do. */
const image = 'localhost/penstock-test-bundle:1';
const folder = mkdtempSync(join(tmpdir(), 'penstock-bundle-'));
beforeAll(() => {
  writeFileSync(join(folder, 'file'), 'content');
  execFileSync('tar', ['-C', folder, '-cf', join(folder, 'root.tar'), 'file']);
  execFileSync('podman', ['import', join(folder, 'root.tar'), image], { stdio: 'pipe' });
});
afterAll(() => {
  execFileSync('podman', ['rmi', image], { stdio: 'pipe' });
  rmSync(folder, { recursive: true });
});

test('a bundle has the image, the chart and the manifests, and checksums of all of them', async () => {
  const bundle = join(folder, 'bundle');
  const plain = plainValues();
  const values = { ...plain, image, balancer: { ...plain.balancer, by: 'haproxy' as const } };
  await writeBundle(bundle, 'podman', values);
  // A new release replaces it.
  await writeBundle(bundle, 'podman', values);
  const checked = execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: bundle, encoding: 'utf8' });
  expect(checked).toMatch(/^image\.tar: OK$/m);
  expect(checked).toMatch(/^chart\/values\.yaml: OK$/m);
  expect(readFileSync(join(bundle, 'chart/values.yaml'), 'utf8')).toContain(`image: "${image}"`);
  expect(readFileSync(join(bundle, 'README.md'), 'utf8')).toContain(
    'also need these images, which the bundle does not contain: docker.io/library/haproxy:',
  );
  expect(existsSync(join(bundle, 'manifests.yaml'))).toBe(true);
  execFileSync('podman', ['rmi', image], { stdio: 'pipe' });
  execFileSync('podman', ['load', '--input', join(bundle, 'image.tar')], { stdio: 'pipe' });
  execFileSync('podman', ['image', 'exists', image]);
});
