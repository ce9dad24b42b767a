import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { insideProgram } from '../../src/kubernetes/pod-status.js';

test('one pod asks the others, and passes on only the metrics that are shown', async () => {
  const server = createServer((_request, response) => {
    response.end(
      'penstock_workers{state="idle"} 2\npenstock_request_seconds_bucket{le="1"} 9\npenstock_queued 1\n',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, ['-e', insideProgram], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(
    JSON.stringify({
      port,
      pods: [
        ['one', '127.0.0.1'],
        ['gone', '127.0.0.2'],
      ],
    }),
  );
  let text = '';
  for await (const piece of child.stdout.setEncoding('utf8')) text += piece;
  server.close();
  expect(JSON.parse(text)).toEqual([['one', 'penstock_workers{state="idle"} 2\npenstock_queued 1']]);
});
