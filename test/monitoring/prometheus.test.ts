import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accepting, Child, freePort } from '../support/process.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { panelQueries, rules, rulesFile } from './queries.js';

let app: ServedApp;
let prometheus: Child;
let url: string;
const folder = mkdtempSync(join(tmpdir(), 'penstock-prometheus-'));

/** Sends requests of every kind, so that every query has data. */
async function ask(): Promise<void> {
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(app.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  const answers = await Promise.all([
    ...Array.from({ length: 12 }, (_, i) => post('/price', { size: 20 + i, age: 3 })),
    fetch(`${app.url}/offers`),
    fetch(`${app.url}/kept`),
    fetch(`${app.url}/report?seconds=0.3`),
    post('/checkout', {}),
    fetch(`${app.url}/nowhere`),
  ]);
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
}

beforeAll(async () => {
  app = await serve(fixtureApp('shop.R'), { workers: 2, flags: ['--slow-request', '200ms'] });
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['${rulesFile}']
scrape_configs:
  - { job_name: penstock, static_configs: [{ targets: ['127.0.0.1:${app.adminPort}'] }] }
`,
  );
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  prometheus = new Child('prometheus', args, { env: process.env });
  await accepting(port, prometheus);
  const until = Date.now() + 25_000;
  await fetch(`${app.url}/crash`, { method: 'POST' });
  await app.logged('worker-ready', () => true, { skip: 2 });
  await fetch(`${app.adminUrl}/reload`, { method: 'POST' });
  while (Date.now() < until) await ask();
});

afterAll(async () => {
  await prometheus?.stop('SIGTERM');
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

async function query(expr: string): Promise<QueryAnswer> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
  return (await response.json()) as QueryAnswer;
}

test.each(panelQueries())('the panel "$title" has data: $expr', async ({ expr }) => {
  const { data, error, status } = await query(expr);
  expect([status, error]).toEqual(['success', undefined]);
  expect(data.result.length).toBeGreaterThan(0);
  for (const { value } of data.result) expect(value[1]).not.toBe('');
});

test('promtool accepts the rules', () => {
  const output = execFileSync('promtool', ['check', 'rules', rulesFile], { encoding: 'utf8' });
  expect(output).toContain(`SUCCESS: ${rules().length} rules found`);
});

test('promtool accepts the metrics', async () => {
  const input = await (await fetch(`${app.adminUrl}/metrics`)).text();
  expect(execFileSync('promtool', ['check', 'metrics'], { encoding: 'utf8', input })).toBe('');
});

test.each(rules().flatMap(({ record }) => (record === undefined ? [] : [record])))(
  'Prometheus records %s',
  async (record) => {
    const { data } = await query(record);
    expect(data.result.map(({ value }) => Number.isFinite(Number(value[1])))).toEqual([true]);
  },
);

test('every rule is evaluated without an error', async () => {
  const response = await fetch(`${url}/api/v1/rules`);
  const { data } = (await response.json()) as {
    data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
  };
  const all = data.groups.flatMap((group) => group.rules);
  expect(all).toHaveLength(rules().length);
  expect(all.map(({ health, lastError, name }) => [name, health, lastError])).toEqual(
    all.map(({ name }) => [name, 'ok', undefined]),
  );
});

test('an alert fires if too many requests fail', async () => {
  const response = await fetch(`${url}/api/v1/alerts`);
  const { data } = (await response.json()) as { data: { alerts: { labels: { alertname: string } }[] } };
  // One request of seventeen fails in R, which is more than one in twenty.
  expect(data.alerts.map(({ labels }) => labels.alertname)).toContain('PenstockServerErrors');
});
