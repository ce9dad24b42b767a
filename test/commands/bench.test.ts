import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, runCli } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'));
let server: Server;
let url: string;
/** Paths of the requests, in order of arrival. */
const requestedPaths: string[] = [];
/** The time until which the server sends no response. */
let stalledUntil = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requestedPaths.push(request.url!);
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const answer = (): void => {
        response.statusCode = request.url === '/bad' ? 500 : 200;
        response.end(`${request.method} ${request.headers['content-type'] ?? ''} ${body}`);
      };
      setTimeout(answer, Math.max(request.url === '/slow' ? 20 : 0, stalledUntil - performance.now()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Figures {
  readonly rate: number;
  readonly answers: number;
  readonly failed: number;
  readonly unsent: number;
  readonly statuses: Record<string, number>;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

const quick = ['--connections', '4', '--duration', '500ms', '--warmup', '0s'];

async function figures(...args: string[]): Promise<Figures[]> {
  const { stdout } = await runCli(['bench', ...args, '--json']);
  return JSON.parse(stdout) as Figures[];
}

test('counts every response with its status and its latency', async () => {
  requestedPaths.length = 0;
  const [good] = await figures(`${url}/slow`, ...quick);
  expect(good!.answers).toBe(requestedPaths.length);
  expect(good!.statuses).toEqual({ 200: requestedPaths.length });
  expect(good!.latencyMs.p50).toBeGreaterThanOrEqual(19);
  // The last responses may arrive shortly after the 500 ms.
  expect(good!.rate).toBeLessThanOrEqual(good!.answers / 0.49);
  expect(good!.rate).toBeGreaterThan(good!.answers / 1);
  const bad = await runCli(['bench', `${url}/bad`, ...quick]);
  expect([bad.code, bad.stdout]).toEqual([1, expect.stringMatching(/failed: [\d,]+ × 500/)]);
});

test('at a fixed rate, includes a stall of the server in the latency of all requests due meanwhile', async () => {
  // The server runs in this process, the load generator in another. The server stalls from the first request on.
  requestedPaths.length = 0;
  const watch = setInterval(() => {
    if (requestedPaths.length === 0) return;
    stalledUntil = performance.now() + 600;
    clearInterval(watch);
  }, 1);
  const args = ['--connections', '2', '--duration', '1s', '--warmup', '0s', '--rate', '200'];
  const [result] = await figures(`${url}/`, ...args);
  expect(result!.answers + result!.unsent).toBe(200);
  // Only two requests waited on the connections, but all others due in the 600 ms include the wait.
  expect(result!.latencyMs.p50).toBeGreaterThan(100);
});

test('compares two URLs in turns, and writes a self-contained report', async () => {
  requestedPaths.length = 0;
  const report = join(folder, 'report.html');
  const args = [
    '--connections',
    '2',
    '--duration',
    '300ms',
    '--warmup',
    '0s',
    '--rounds',
    '2',
    '--report',
    report,
  ];
  const { code, stdout } = await runCli(['bench', `${url}/slow`, '--against', `${url}/`, ...args]);
  const turns = requestedPaths.filter((path, i) => path !== requestedPaths[i - 1]);
  expect([code, turns]).toEqual([0, ['/slow', '/', '/slow']]);
  expect(stdout).toMatch(/GET http\S+\/\n {2}has \d+\.\d\d × the rate \(\d/);
  const page = readFileSync(report, 'utf8');
  expect(page).not.toMatch(/<script|(src|href|url)\s*[=(]/);
  expect(page.match(/<svg /g)).toHaveLength(4);
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});

test('serves an app for the benchmark, and sends the given body', async () => {
  const args = ['--path', '/price', '--body', '{"size":20,"age":3}', '--workers', '1', ...quick];
  const { code, stderr, stdout } = await runCli(['bench', fixtureApp('shop.R'), ...args]);
  expect([code, stdout], stderr).toEqual([
    0,
    expect.stringMatching(/POST \/price of .*shop\.R \(1 worker\)/),
  ]);
  expect(stdout).toMatch(/ 99 % [\d.]+ m?s/);
});

test('rejects invalid arguments, and reports a server that it cannot reach', async () => {
  const results = await Promise.all(
    [
      ['no-such-app.R'],
      [`${url}/`, '--connections', 'many'],
      [`${url}/`, '--header', 'nonsense'],
      ['http://127.0.0.1:1/', ...quick],
    ].map((args) => runCli(['bench', ...args])),
  );
  expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 1]);
  expect(results[3]!.stdout).toContain('ECONNREFUSED');
});
