import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { ask, askRaw, HangUp } from './http.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Starts a server that sends these answers in turn on each connection, and keeps what it receives. */
async function canned(...answers: (string | Buffer)[]): Promise<{ port: number; received: string[] }> {
  const received: string[] = [];
  const server = createServer((socket) => {
    let next = 0;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received.push(data.toString('latin1'));
      if (next < answers.length) socket.write(answers[next++]!);
      if (next === answers.length) socket.end();
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { port: (server.address() as { port: number }).port, received };
}

test('sends the request byte for byte', async () => {
  const { port, received } = await canned('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  await ask(port, { method: 'POST', path: '/a b', headers: [['x-Odd', ' v ']], body: 'é' });
  const head =
    'POST /a b HTTP/1.1\r\nHost: api.example\r\nx-Odd:  v \r\nConnection: close\r\nContent-Length: 2';
  expect(received.join('')).toBe(`${head}\r\n\r\n${Buffer.from('é').toString('latin1')}`);
});

test('keeps header names, their order and duplicates', async () => {
  const { port } = await canned('HTTP/1.1 200 OK\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\nContent-Length: 0\r\n\r\n');
  const { headers } = await ask(port, { path: '/' });
  expect(headers).toEqual([['X-B', '1'], ['x-a', '2'], ['X-B', '3'], ['Content-Length', '0']]); // biome-ignore format: one line
});

test('joins chunks', async () => {
  const { port } = await canned(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: 1\r\n\r\n',
  );
  const response = await ask(port, { path: '/' });
  expect([response.body.toString(), response.chunked]).toEqual(['abcde', true]);
});

test('inflates gzip and reports it', async () => {
  const body = gzipSync('compressed');
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
  const { port } = await canned(Buffer.concat([Buffer.from(head), body]));
  const response = await ask(port, { path: '/' });
  expect([response.body.toString(), response.gzip]).toEqual(['compressed', true]);
});

test('holds a body back until the server asks for it', async () => {
  const { port, received } = await canned(
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  );
  const response = await ask(port, { method: 'POST', path: '/', body: 'late', expectContinue: true });
  expect(response.interim).toEqual([100]);
  expect(received.at(-1)).toBe('late');
});

test('reads no body in an answer to HEAD, even if it has a length', async () => {
  const { port } = await canned('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
  expect((await ask(port, { method: 'HEAD', path: '/' })).body.length).toBe(0);
});

test('reports a body that ends early', async () => {
  const { port } = await canned('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc');
  const response = await ask(port, { path: '/' });
  expect([response.body.toString(), response.cut]).toEqual(['abc', true]);
});

test('throws HangUp if the server closes the connection without an answer', async () => {
  const { port } = await canned('');
  await expect(ask(port, { path: '/' })).rejects.toBeInstanceOf(HangUp);
});

test('returns the answers that arrive before the connection ends', async () => {
  const { port } = await canned('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na');
  const responses = await askRaw(port, 'GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n', ['GET', 'GET']);
  expect(responses.map((response) => response.body.toString())).toEqual(['a']);
});
