import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { defaultConfig } from '../../src/config/load.js';
import { type OpenRequest, PublicServer } from '../../src/http/public-server.js';

test('closes every pipelined request when its client disconnects, so that none delays a stop', async () => {
  const opened: string[] = [];
  const closed: string[] = [];
  const open = (request: OpenRequest['request'], response: OpenRequest['response']): OpenRequest => ({
    request,
    response,
    next: undefined,
    previous: undefined,
    listed: false,
    run: () => {
      opened.push(request.url!);
      // The answers to later requests wait for the first.
      if (request.url !== '/1') response.end('done');
    },
    closed: () => closed.push(request.url!),
  });
  const server = new PublicServer({ ...defaultConfig(), host: '127.0.0.1', port: 0 }, open, () => {});
  const port = await server.listen();
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  for (const path of ['/1', '/2', '/3']) client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await expect.poll(() => opened).toEqual(['/1', '/2', '/3']);
  client.destroy();
  await expect.poll(() => closed.toSorted()).toEqual(['/1', '/2', '/3']);
  await server.close();
});
