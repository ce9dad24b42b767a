import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findEngine } from '../../src/image/engine.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-engine-'));
  vi.stubEnv('PATH', `${folder}${delimiter}/usr/bin${delimiter}/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A program of that name that answers `version` and `--version` as the lines say. */
function program(name: string, version: string, about: string): void {
  writeFileSync(
    join(folder, name),
    `#!/bin/sh\ncase $1 in version) ${version};; *) echo "${about}";; esac\n`,
  );
  chmodSync(join(folder, name), 0o755);
}

const noDaemon = 'echo "Cannot connect to the Docker daemon" >&2; exit 1';

describe('What builds images', () => {
  test('is docker where its daemon answers', async () => {
    program('docker', 'echo ok', 'Docker version 28.2.2');
    program('podman', 'echo ok', 'podman version 5.4.2');
    expect(await findEngine(undefined)).toEqual({ program: 'docker', kind: 'docker' });
  });

  test('is podman where docker is only installed', async () => {
    program('docker', noDaemon, 'Docker version 28.2.2');
    program('podman', 'echo ok', 'podman version 5.4.2');
    expect(await findEngine(undefined)).toEqual({ program: 'podman', kind: 'podman' });
  });

  test('is known as podman under the name of docker', async () => {
    program('docker', 'echo ok', 'podman version 5.4.2');
    expect(await findEngine(undefined)).toEqual({ program: 'docker', kind: 'podman' });
  });

  test('is named with the reason when it is not there or does not answer', async () => {
    program('docker', noDaemon, 'Docker version 28.2.2');
    await expect(findEngine('docker')).rejects.toMatchObject({
      code: 'no_image_builder',
      detail: 'docker: Cannot connect to the Docker daemon.',
    });
    await expect(findEngine('no-such-engine')).rejects.toMatchObject({
      detail: 'no-such-engine is not installed.',
    });
  });
});
