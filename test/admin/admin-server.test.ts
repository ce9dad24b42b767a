import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricsIn, panelQueries, rules } from '../monitoring/queries.js';
import { freePort } from '../support/process.js';
import { fixtureApp, ServedApp, serve } from '../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('work.R'), { workers: 2, flags: ['--app-version', '2.1-abc'] });
});

afterAll(() => app?.stop());

interface Status {
  readonly state: string;
  readonly running: number;
  readonly queued: number;
  readonly release: string;
  readonly workers: { id: number; pid: number; state: string; requests: number; journey: object[] }[];
}

/** The values of a metric, by its labels as written in the text. */
async function metric(name: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${app.adminUrl}/metrics`)).text();
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(\w+)(\{[^}]*\})? (\S+)$/.exec(line);
    if (match?.[1] === name) values.set(match[2] ?? '', Number(match[3]));
  }
  return values;
}

test('reports probes, scale, status and metrics correctly while all workers are busy and requests wait', async () => {
  const leave = new AbortController();
  const slow = [1, 2, 3, 4, 5].map(() =>
    fetch(`${app.url}/sleep?seconds=20`, { signal: leave.signal }).catch(() => undefined),
  );
  await app.printed('sleeping', { skip: 1 });
  await expect.poll(() => app.admin('/scale')).toMatchObject({ ongoing: 5, queued: 3, workers: 2 });
  const { longestWaitMs } = await app.admin<{ longestWaitMs: number }>('/scale');
  await expect
    .poll(() => app.admin('/scale'))
    .toMatchObject({ demand: 5, longestWaitMs: expect.toSatisfy((ms: number) => ms > longestWaitMs) });

  expect(await (await fetch(`${app.adminUrl}/livez`)).json()).toEqual({ status: 'ok' });
  const ready = await fetch(`${app.adminUrl}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', starts: 'ok' }]);
  const status = await app.admin<Status>('/status');

  expect(status).toMatchObject({ state: 'serving', running: 2, queued: 3, queueLimit: 10_000, restarts: 0 });
  expect(status.workers.map(({ state }) => state)).toEqual(['busy', 'busy']);
  for (const { pid } of status.workers) expect(() => process.kill(pid, 0)).not.toThrow();
  expect(await metric('penstock_workers')).toEqual(new Map([['{state="busy"}', 2]]));
  expect(await metric('penstock_queued')).toEqual(new Map([['', 3]]));
  expect(await metric('penstock_running')).toEqual(new Map([['', 2]]));
  expect(await metric('penstock_demand_workers')).toEqual(new Map([['', 5]]));
  expect([...(await metric('penstock_longest_wait_seconds')).values()][0]).toBeGreaterThan(0);
  expect(status.release).toBe('2.1-abc');
  expect(await metric('penstock_app_info')).toEqual(new Map([['{version="2.1-abc"}', 1]]));

  leave.abort();
  await Promise.all(slow);
  const idle = { ongoing: 0, running: 0, open: 0, queued: 0, longestWaitMs: 0, expectedWaitMs: 0, demand: 0 };
  await expect.poll(() => app.admin('/scale')).toEqual({ ...idle, workers: 2 });
});

test('serves metrics in the text format of Prometheus', async () => {
  const response = await fetch(`${app.adminUrl}/metrics`);
  expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text.endsWith('\n')).toBe(true);
  const typed = new Map<string, string>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const type = /^# TYPE ([a-z_]\w*) (counter|gauge|histogram|summary)$/.exec(line);
    if (type) typed.set(type[1]!, type[2]!);
    if (line.startsWith('#')) {
      expect(line).toMatch(/^# (HELP [a-z_]\w* .+|TYPE [a-z_]\w* \w+)$/);
      continue;
    }
    const sample = /^([a-z_]\w*)(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})? (?:-?\d\S*|NaN|[+-]Inf)$/.exec(line);
    expect(sample, line).not.toBeNull();
    const name = sample![1]!.replace(/_(bucket|sum|count)$/, '');
    expect([typed.get(name), typed.get(sample![1]!)], line).not.toEqual([undefined, undefined]);
  }
  expect([...typed.keys()].every((name) => name.startsWith('penstock_'))).toBe(true);
});

test('provides every metric that the Grafana dashboard and the alert rules query', async () => {
  const text = await (await fetch(`${app.adminUrl}/metrics`)).text();
  const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name!, type!]));
  const recorded = new Set(rules().map(({ record }) => record));
  const wanted = [...panelQueries(), ...rules()].flatMap(({ expr }) => metricsIn(expr));
  const missing = wanted.filter((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return !recorded.has(name) && !types.has(name) && types.get(base) !== 'histogram';
  });
  expect(missing).toEqual([]);
});

test('counts responses and errors', async () => {
  const label = '{method="GET",status="200"}';
  const before = (await metric('penstock_requests_total')).get(label) ?? 0;
  const waitsBefore = (await metric('penstock_queue_wait_seconds_count')).get('') ?? 0;
  for (let i = 0; i < 3; i++) await (await fetch(`${app.url}/pid`)).text();
  await (await fetch(`${app.url}/nothing-here`)).text();
  await expect.poll(async () => (await metric('penstock_requests_total')).get(label)).toBe(before + 3);
  expect((await metric('penstock_requests_total')).get('{method="GET",status="404"}')).toBe(1);
  expect((await metric('penstock_queue_wait_seconds_count')).get('')).toBe(waitsBefore + 4);
  expect((await metric('penstock_r_seconds_bucket')).get('{le="+Inf"}')).toBeGreaterThanOrEqual(4);
});

test('lists the requests and the startup steps of each worker in the status', async () => {
  const { workers } = await app.admin<Status>('/status');
  expect(workers.map(({ id }) => id)).toEqual([1, 2]);
  expect(workers.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThan(0);
  const steps = ['fork', 'connected', 'ready'];
  for (const { journey } of workers) expect(journey).toMatchObject(steps.map((name) => ({ name })));
});

test('answers unknown paths with 404, and serves no admin path on the public port', async () => {
  expect((await fetch(`${app.adminUrl}/nothing`)).status).toBe(404);
  for (const path of ['/livez', '/readyz', '/metrics', '/scale', '/status']) {
    expect((await fetch(app.url + path)).status).toBe(404);
  }
});

test('is live but not ready while the app loads, with the public port closed', async () => {
  const [adminPort, port] = [await freePort(), await freePort()];
  const loading = new ServedApp(fixtureApp('slow-load.R'), {
    workers: 1,
    flags: ['--admin-port', String(adminPort), '--port', String(port)],
  });
  await loading.printed('loading');
  const admin = `http://127.0.0.1:${adminPort}`;
  expect((await fetch(`${admin}/livez`)).status).toBe(200);
  const ready = await fetch(`${admin}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'loading', starts: 'ok' }]);
  expect(await (await fetch(`${admin}/scale`)).json()).toMatchObject({ ongoing: 0, queued: 0, workers: 1 });
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  expect(await loading.stop()).toEqual({ code: 0, signal: null });
});
