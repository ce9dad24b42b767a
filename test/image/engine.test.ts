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

/** Installs a fake program that runs the code `version` for the argument `version`, and else prints `about`. */
function program(name: string, version: string, about: string): void {
  writeFileSync(
    join(folder, name),
    `#!/bin/sh\ncase $1 in version) ${version};; *) echo "${about}";; esac\n`,
  );
  chmodSync(join(folder, name), 0o755);
}

const noDaemon = 'echo "Cannot connect to the Docker daemon" >&2; exit 1';

describe('findEngine', () => {
  test('picks Docker if its daemon answers', async () => {
    program('docker', 'echo ok', 'Docker version 28.2.2');
    program('podman', 'echo ok', 'podman version 5.4.2');
    expect(await findEngine(undefined)).toEqual({ program: 'docker', kind: 'docker' });
  });

  test('picks Podman if Docker is installed but its daemon does not run', async () => {
    program('docker', noDaemon, 'Docker version 28.2.2');
    program('podman', 'echo ok', 'podman version 5.4.2');
    expect(await findEngine(undefined)).toEqual({ program: 'podman', kind: 'podman' });
  });

  test('recognizes Podman behind the command docker', async () => {
    program('docker', 'echo ok', 'podman version 5.4.2');
    expect(await findEngine(undefined)).toEqual({ program: 'docker', kind: 'podman' });
  });

  test('reports why the given engine cannot be used', async () => {
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
