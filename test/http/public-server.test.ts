import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { defaultConfig } from '../../src/config/load.js';
import { type OpenRequest, PublicServer } from '../../src/http/public-server.js';
import { RawClient, statusesIn } from '../support/raw-client.js';

interface Traffic {
  readonly server: PublicServer;
  readonly port: number;
  readonly opened: string[];
  readonly closed: string[];
  readonly refused: string[];
  readonly responses: Map<string, OpenRequest['response']>;
}

/** A server that answers a request whose path is not `/1` at once. */
async function serving(): Promise<Traffic> {
  const opened: string[] = [];
  const closed: string[] = [];
  const refused: string[] = [];
  const responses = new Map<string, OpenRequest['response']>();
  const open = (request: OpenRequest['request'], response: OpenRequest['response']): OpenRequest => ({
    request,
    response,
    next: undefined,
    previous: undefined,
    listed: false,
    run: () => {
      opened.push(request.url!);
      responses.set(request.url!, response);
      if (request.url !== '/1') response.end('done');
    },
    closed: () => closed.push(request.url!),
  });
  const config = { ...defaultConfig(), host: '127.0.0.1', port: 0 };
  const server = new PublicServer(config, open, ({ code }) => refused.push(code));
  return { server, port: await server.listen(), opened, closed, refused, responses };
}

test('closes every pipelined request when its client disconnects, so that none delays a stop', async () => {
  const { closed, opened, port, server } = await serving();
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  // The answers to later requests wait for the first.
  for (const path of ['/1', '/2', '/3']) client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await expect.poll(() => opened).toEqual(['/1', '/2', '/3']);
  client.destroy();
  await expect.poll(() => closed.toSorted()).toEqual(['/1', '/2', '/3']);
  await server.close();
});

const post = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

test('runs a pipelined request that may change something after those before it, and those behind it after it', async () => {
  const { opened, port, responses, server } = await serving();
  const client = await RawClient.open(port);
  client.send(get('/0') + get('/1') + post('/2') + get('/3') + post('/4'));
  await expect.poll(() => opened).toEqual(['/0', '/1']);
  // Another connection does not wait.
  const other = (await RawClient.open(port)).send(post('/5'));
  expect(statusesIn(await other.until(/done/))).toEqual([200]);
  expect(opened).toEqual(['/0', '/1', '/5']);
  responses.get('/1')!.end('done');
  expect(statusesIn(await client.until(/(done.*){5}/s))).toHaveLength(5);
  expect(opened).toEqual(['/0', '/1', '/5', '/2', '/3', '/4']);
  client.leave();
  other.leave();
  await server.close();
});

test('never runs pipelined requests that still wait when their client disconnects', async () => {
  const { closed, opened, port, server } = await serving();
  const client = await RawClient.open(port);
  client.send(post('/1') + post('/2') + post('/3'));
  await expect.poll(() => opened).toEqual(['/1']);
  client.leave();
  await expect.poll(() => closed.toSorted()).toEqual(['/1', '/2', '/3']);
  expect(opened).toEqual(['/1']);
  await server.close();
});

test('closes the connection of a client that sends too many requests without reading responses', async () => {
  const { closed, opened, port, refused, server } = await serving();
  const client = await RawClient.open(port);
  client.send(post('/1') + post('/2').repeat(500));
  expect(await client.closed).toBe('');
  expect(refused).toEqual(['pipeline_full']);
  await expect.poll(() => closed).toHaveLength(64);
  expect(opened).toEqual(['/1']);
  await server.close();
});
