import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { provideImage, withLiveImage } from '../../src/commands/provide-image.js';
import { defaultConfig } from '../../src/config/load.js';
import type { Kubectl } from '../../src/kubernetes/kubectl.js';
import type { LiveDeployment } from '../../src/kubernetes/live-objects.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-provide-'));
  vi.stubEnv('PATH', `${folder}${delimiter}/usr/bin${delimiter}/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Installs a program that notes how it is called. */
function program(name: string, text = ''): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

test('pods of a local cluster get other bytes under another name, although the app is the same', async () => {
  // With a Dockerfile of Penstock, R is not asked.
  writeFileSync(join(folder, 'Dockerfile'), '# Written by Penstock\n');
  writeFileSync(join(folder, 'plumber.R'), '');
  program('minikube');
  const app = { kind: 'plumber', directory: folder, file: join(folder, 'plumber.R'), entry: 'file' } as const;
  const kubectl = { run: async () => ({ ok: true, code: 0, stdout: 'minikube\n', stderr: '' }) };
  const provide = (id: string) => {
    const facts = JSON.stringify([{ Id: `sha256:${id.repeat(64)}`, Size: 1 }]);
    program('docker', `case $1 in image) echo '${facts}';; esac`);
    return provideImage(app, defaultConfig(), kubectl as unknown as Kubectl, 'api:1', false);
  };
  expect(await provide('a')).toBe('api:1-aaaaaaaaaaaa');
  const calls = readFileSync(join(folder, 'calls'), 'utf8');
  expect(calls).toMatch(
    /^docker save --output (\S+) docker\.io\/library\/api:1-a{12}\nminikube image load \1 /m,
  );
  expect(await provide('b')).toBe('api:1-bbbbbbbbbbbb');
});

test('without a build, the pods keep the image that they run, if its name is the same', () => {
  const running = (image: string) =>
    ({ spec: { template: { spec: { containers: [{ image }] } } } }) as unknown as LiveDeployment;
  const digest = `api:1@sha256:${'a'.repeat(64)}`;
  expect(withLiveImage('api:1', running(digest), false)).toBe(digest);
  expect(withLiveImage('api:2', running(digest), false)).toBe('api:2');
  expect(withLiveImage('api:1', running('api:1-0123456789ab'), true)).toBe('api:1-0123456789ab');
  // With --no-build, the user names an image that the nodes have.
  expect(withLiveImage('api:1', running('api:1-0123456789ab'), false)).toBe('api:1');
});
