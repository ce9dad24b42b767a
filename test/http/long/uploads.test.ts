import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { fixtureApp, serve } from '../../support/server.js';

const MB = 1024 ** 2;
const UPLOADS = 20;
/** With 1024, the test needs 20 GB of disk space for the bodies. */
const SIZE_MB = Number(process.env.PENSTOCK_TEST_UPLOAD_MB ?? 128);

/** Most memory that a process has had, in MB. */
const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

/** Sends a body of `SIZE_MB` and returns the status and the text of the response. */
async function upload(url: string, [before, after]: [string, string], type: string): Promise<string> {
  const block = Buffer.alloc(MB, 'abcdefgh\r\n');
  const length = before.length + SIZE_MB * MB + after.length;
  const sent = request(url, { method: 'POST', headers: { 'Content-Type': type, 'Content-Length': length } });
  const answered = new Promise<string>((resolve, reject) => {
    sent.on('error', reject).on('response', async (response) => {
      let text = '';
      for await (const piece of response.setEncoding('latin1')) text += piece;
      resolve(`${response.statusCode} ${text}`);
    });
  });
  function* body(): Generator<Buffer> {
    yield Buffer.from(before);
    for (let i = 0; i < SIZE_MB; i++) yield block;
    yield Buffer.from(after);
  }
  await pipeline(Readable.from(body()), sent);
  return answered;
}

test(`${UPLOADS} uploads of ${SIZE_MB} MB at once take no memory in the gateway and in R`, async () => {
  const flags = ['--body-limit', '2gb', '--body-disk', '100gb', '--timeout', '10m', '--body-timeout', '10m'];
  const app = await serve(fixtureApp('bodies.R'), { workers: 2, flags });
  try {
    const { workers } = await app.admin<{ workers: { pid: number }[] }>('/status');
    const pids = [app.pid, ...workers.map(({ pid }) => pid)];
    const before = pids.map(peakOf);
    const head = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n';
    const answers = await Promise.all(
      Array.from({ length: UPLOADS }, (_, i) =>
        i % 2 === 0
          ? upload(`${app.url}/upload`, ['', ''], 'application/octet-stream')
          : upload(`${app.url}/upload`, [head, '\r\n--edge--\r\n'], 'multipart/form-data; boundary=edge'),
      ),
    );
    for (const answer of answers) expect(answer).toMatch(/^200 \{"file":/);
    const growth = pids.map((pid, i) => Math.round(peakOf(pid) - before[i]!));
    console.log(`growth of the gateway and of both workers: ${growth.join(', ')} MB`);
    expect(growth[0]).toBeLessThan(200);
    for (const worker of growth.slice(1)) expect(worker).toBeLessThan(100);
  } finally {
    await app.stop();
  }
}, 1_200_000);
