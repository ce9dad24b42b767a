import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findEngine, pushImage } from '../../src/image/engine.js';

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

describe('pushImage', () => {
  const digest = `sha256:${'b'.repeat(64)}`;
  const script = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };

  test('returns the digest that Podman got from the registry', async () => {
    script('podman', `while [ "$1" != --digestfile ]; do shift; done; printf ${digest} > "$2"`);
    const engine = { program: 'podman', kind: 'podman' } as const;
    expect(await pushImage(engine, 'registry.example.org/api:1')).toBe(digest);
  });

  test("returns the digest that Docker notes for this registry's image", async () => {
    const facts = [{ Id: 'x', Size: 1, RepoDigests: [`other/api@sha256:1`, `localhost:5000/api@${digest}`] }];
    script('docker', `[ "$1" = push ] || echo '${JSON.stringify(facts)}'`);
    const engine = { program: 'docker', kind: 'docker' } as const;
    expect(await pushImage(engine, 'localhost:5000/api:1')).toBe(digest);
  });
});
