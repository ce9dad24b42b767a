import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/server.js';
import { SteadyLoad } from '../support/steady-load.js';

const example = resolve(import.meta.dirname, '../../examples/mtcars');
const image = 'localhost/penstock-test-mtcars:1';
const car = { mpg: 21, disp: 160, hp: 100, drat: 3.9, wt: 2.62, qsec: 16.46, vs: 0, am: 1, gear: 4, carb: 4 };
const body = JSON.stringify({ data: car });
const run = promisify(execFile);
const START_TIMEOUT_MS = 240_000;

/** Exit code and output of a command. */
interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function podman(...words: string[]): Promise<CommandResult> {
  try {
    return { code: 0, ...(await run('podman', words)) };
  } catch (error) {
    const { code, stdout, stderr } = error as CommandResult;
    return { code, stdout, stderr };
  }
}

/** A container as confined as in the manifests: no capabilities, a read-only root file system, and limits. */
class Container {
  readonly id: string;
  url = '';
  adminUrl = '';
  constructor(id: string) {
    this.id = id;
  }

  static async start(...more: string[]): Promise<Container> {
    const confined = [
      ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
      ...['--memory', '512m', '--memory-swap', '512m', '--cpus', '1'],
      ...['-p', '127.0.0.1::8000', '-p', '127.0.0.1::9000'],
    ];
    const { code, stderr, stdout } = await podman('run', '-d', ...confined, ...more, image);
    expect(code, stderr).toBe(0);
    const container = new Container(stdout.trim());
    started.push(container);
    const address = async (port: string) => (await podman('port', container.id, port)).stdout.trim();
    container.url = `http://${await address('8000')}`;
    container.adminUrl = `http://${await address('9000')}`;
    return container;
  }

  async healthy(): Promise<boolean> {
    return (await podman('healthcheck', 'run', this.id)).code === 0;
  }

  /** Waits until the app is ready. Reads the log, because health checks would take CPU time from the starting app. */
  async serves(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const { stdout } = await podman('logs', this.id);
      if (stdout.includes('"event":"worker-ready"')) return;
      if (Date.now() > deadline) throw new Error(stdout);
      await sleep(250);
    }
  }

  async inspect(format: string): Promise<string> {
    return (await podman('inspect', this.id, '--format', format)).stdout.trim();
  }
}

const started: Container[] = [];
afterAll(async () => {
  for (const { id } of started) await podman('rm', '-f', '-t', '0', id);
});

const build = (app: string, tag: string) =>
  runCli([
    ...['image', app, '--engine', 'podman', '--tag', tag, '--base', 'debian'],
    ...['--base-image', process.env.PENSTOCK_TEST_BASE_IMAGE!],
    ...['--node-image', process.env.PENSTOCK_TEST_NODE_IMAGE!],
  ]);

let built: Awaited<ReturnType<typeof build>>;
beforeAll(async () => {
  built = await build(example, image);
}, 600_000);

describe("The example's image", { timeout: START_TIMEOUT_MS * 2 }, () => {
  let app: Container;
  beforeAll(async () => {
    app = await Container.start();
    await app.serves();
  }, START_TIMEOUT_MS + 30_000);

  test('is built by one command, which prints its digest, size and build time', () => {
    expect(built.code, built.stderr).toBe(0);
    expect(built.stdout).toMatch(/^Image {3}localhost\/penstock-test-mtcars:1$/m);
    expect(built.stdout).toMatch(/^Digest {2}localhost\/penstock-test-mtcars@sha256:[0-9a-f]{64}$/m);
    expect(built.stdout).toMatch(/^Size {4}\d+ MB\nBuilt {3}in [\d.]+ s$/m);
  });

  test('has labels, a health check, ports and an entry point under tini', async () => {
    const { stdout } = await podman('image', 'inspect', image);
    const [{ Config: config, Labels: labels, HealthCheck: health, Healthcheck: other }] = JSON.parse(stdout);
    expect(labels).toMatchObject({
      'org.opencontainers.image.title': 'mtcars',
      'org.opencontainers.image.version': expect.stringMatching(/^[0-9a-f]{12}$/),
      'org.opencontainers.image.base.name': process.env.PENSTOCK_TEST_BASE_IMAGE,
    });
    expect(config).toMatchObject({
      User: '10001:10001',
      Entrypoint: ['tini', '--', 'perl', '/opt/penstock/assets/image/keep.pl', 'penstock'],
      ExposedPorts: { '8000/tcp': {}, '9000/tcp': {} },
    });
    expect((health ?? other ?? config.Healthcheck).Test[0]).toBe('CMD');
  });

  test('reports the version in its label', async () => {
    const label = await app.inspect('{{index .Config.Labels "org.opencontainers.image.version"}}');
    const ask =
      "fetch('http://127.0.0.1:9000/status').then(async (r) => console.log((await r.json()).release))";
    expect(label).toMatch(/^[0-9a-f]{12}$/);
    expect((await podman('exec', app.id, 'node', '-e', ask)).stdout).toBe(`${label}\n`);
  });

  test('reuses all layers except those of the app if only the app has changed', async () => {
    const changed = join(mkdtempSync(join(tmpdir(), 'penstock-changed-')), 'mtcars');
    cpSync(example, changed, { recursive: true });
    appendFileSync(join(changed, 'plumber.R'), '# changed\n');
    const again = await build(changed, 'localhost/penstock-test-mtcars:2');
    rmSync(changed, { recursive: true });
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).not.toMatch(/Setting up r-base-core/);
  });

  test('runs without root and can write only to /tmp', async () => {
    expect((await podman('exec', app.id, 'id', '-u')).stdout).toBe('10001\n');
    for (const path of ['/app/x', '/opt/penstock/x', '/etc/x']) {
      expect((await podman('exec', app.id, 'touch', path)).stderr).toContain('Read-only file system');
    }
    expect((await podman('exec', app.id, 'touch', '/tmp/x')).code).toBe(0);
  });

  test('has compiled code of R that a starting worker only reads', async () => {
    const { stdout } = await podman('exec', app.id, 'ls', '/opt/penstock/compiled');
    expect(stdout).toMatch(/^r-plumber-[\d.]+-\S+\.rds\nr-worker-[\d.]+-\S+\.rds\n$/);
    expect((await podman('exec', app.id, 'ls', '/tmp/.cache/penstock')).code).not.toBe(0);
  });

  test('answers every endpoint', async () => {
    const text = async (path: string, init?: RequestInit) => {
      const response = await fetch(`${app.url}${path}`, init);
      return [response.status, await response.text()];
    };
    const slow = text('/asynchronousTest');
    expect(await text('/')).toEqual([200, '["The mtcars API is up"]']);
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect(await text('/prediction', { method: 'POST', body, headers: form })).toEqual([200, '["6"]']);
    expect(await text('/nowhere')).toEqual([404, '{"error":"404 - Resource Not Found"}']);
    expect(await slow).toEqual([200, '["OK"]']);
  });

  test('stays within its memory and CPU limits under load', async () => {
    const input = { url: `${app.url}/prediction`, method: 'POST', body, answer: '["6"]' } as const;
    const cpu = async () => {
      const usage = 'cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null';
      const { stdout } = await podman('exec', app.id, 'sh', '-c', usage);
      const microseconds = /usage_usec (\d+)/.exec(stdout)?.[1];
      return microseconds === undefined
        ? Number(stdout.trim().split('\n').at(-1)) / 1e9
        : +microseconds / 1e6;
    };
    const load = new SteadyLoad({ ...input, clients: 16 });
    await load.answered(200);
    const [began, before] = [performance.now(), await cpu()];
    await load.answered(1000);
    const [used, elapsed] = [(await cpu()) - before, (performance.now() - began) / 1000];
    const { failed } = await load.stop();
    expect([...failed]).toEqual([]);
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThan(elapsed * 1.1 + 0.2);
    expect(await app.inspect('{{.State.OOMKilled}} {{.RestartCount}} {{.HostConfig.Memory}}')).toBe(
      `false 0 ${512 * 1024 ** 2}`,
    );
  });

  test('loses no request on SIGTERM under load, reports not ready at once, and exits with code 0', async () => {
    const stopping = await Container.start('-e', 'PENSTOCK_DRAIN_DELAY=12s');
    await stopping.serves();
    // A check fails if the machine is too busy to run it within its timeout.
    await expect.poll(() => stopping.healthy()).toBe(true);
    const load = new SteadyLoad({
      ...{ url: `${stopping.url}/prediction`, method: 'POST', body, answer: '["6"]' },
      clients: 4,
    });
    await load.answered(500);
    const running = fetch(`${stopping.url}/asynchronousTest`).then((response) => response.text());
    await load.answered(load.counts.answered + 100);
    await podman('kill', '--signal', 'TERM', stopping.id);
    await expect.poll(async () => (await fetch(`${stopping.adminUrl}/readyz`)).status).toBe(503);
    // A load balancer sends more requests until it notices. All of them are accepted and answered.
    await load.answered(load.counts.answered + 200);
    expect([...(await load.stop()).failed, load.counts.refused]).toEqual([0]);
    expect(await running).toBe('["OK"]');
    expect((await podman('wait', stopping.id)).stdout.trim()).toBe('0');
  });
});
