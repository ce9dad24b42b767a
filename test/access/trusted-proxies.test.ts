import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrustedProxies } from '../../src/access/trusted-proxies.js';
import { networks } from '../../src/config/kinds.js';
import { originOf } from '../../src/http/origin.js';

const trusted = networks().parse('loopback 10.0.0.0/8, 2001:db8::/32')!;
const headerOf = { current: 'x-forwarded-for' as 'x-forwarded-for' | 'forwarded', networks: trusted };
const server = createServer((incoming, response) => {
  new TrustedProxies(headerOf.networks, headerOf.current).apply(incoming);
  response.end(
    JSON.stringify({ ...originOf(incoming), names: Object.keys(incoming.headers), raw: incoming.rawHeaders }),
  );
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

interface Seen {
  readonly address: string;
  readonly port: string;
  readonly scheme: string;
  readonly names: string[];
  readonly raw: string[];
}

function seen(headers: Record<string, string | string[]>): Promise<Seen> {
  return new Promise((resolve) => {
    const { port } = server.address() as AddressInfo;
    request({ port, host: '127.0.0.1', headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text) as Seen));
    }).end();
  });
}

describe('behind trusted proxies, identifies the client', () => {
  test.each([
    ['by the connection if there is no forwarding header', {}, '127.0.0.1', 'http'],
    ['by the address that the proxy names', { 'X-Forwarded-For': '192.0.2.1' }, '192.0.2.1', 'http'],
    [
      'by the last address that is not a trusted proxy',
      { 'X-Forwarded-For': '6.6.6.6, 192.0.2.1, 10.1.1.1' },
      '192.0.2.1',
      'http',
    ],
    [
      'by the same address if there are several headers',
      { 'X-Forwarded-For': ['6.6.6.6, 192.0.2.1', '10.1.1.1'] },
      '192.0.2.1',
      'http',
    ],
    [
      'by the first address if all are trusted proxies',
      { 'X-Forwarded-For': '10.0.0.9, 10.1.1.1' },
      '10.0.0.9',
      'http',
    ],
    ['by an address with a port', { 'X-Forwarded-For': '192.0.2.1:4711' }, '192.0.2.1', 'http'],
    ['by an IPv6 address', { 'X-Forwarded-For': '2a00::1, 2001:db8::5' }, '2a00::1', 'http'],
    ['by an IPv6 address in brackets', { 'X-Forwarded-For': '[2a00::1]:80' }, '2a00::1', 'http'],
    [
      'by the nearest trusted proxy if the address before it is invalid',
      { 'X-Forwarded-For': '1.1.1.1, unknown, 10.1.1.1' },
      '10.1.1.1',
      'http',
    ],
    [
      'by the nearest trusted proxy if the header contains injected text',
      { 'X-Forwarded-For': '1.1.1.1; drop, 10.1.1.1' },
      '10.1.1.1',
      'http',
    ],
    [
      'with the scheme https if the proxy names it',
      { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' },
      '192.0.2.1',
      'https',
    ],
    [
      'with the scheme http if the proxy names an unknown one',
      { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'gopher' },
      '192.0.2.1',
      'http',
    ],
    [
      'by the connection if only another header names an address',
      { Forwarded: 'for=6.6.6.6' },
      '127.0.0.1',
      'http',
    ],
  ])('%s', async (_, headers, address, scheme) => {
    headerOf.current = 'x-forwarded-for';
    expect(await seen(headers)).toMatchObject({ address, scheme });
  });

  test.each([
    ['for=192.0.2.1;proto=https;by=10.0.0.1', '192.0.2.1', '', 'https'],
    ['for=6.6.6.6, for="[2a00::1]:4711";proto=https, For=10.0.0.1', '2a00::1', '4711', 'https'],
    ['for=_hidden, for=10.0.0.1', '10.0.0.1', '', 'http'],
    ['rubbish', '127.0.0.1', undefined, 'http'],
  ])('by the header Forwarded: %s', async (forwarded, address, port, scheme) => {
    headerOf.current = 'forwarded';
    const answer = await seen({ Forwarded: forwarded, 'X-Forwarded-For': '6.6.6.6' });
    expect(answer).toMatchObject({ address, scheme, ...(port !== undefined && { port }) });
  });
});

test('removes the underscore spellings of forwarding headers, which proxies pass on', async () => {
  headerOf.current = 'x-forwarded-for';
  const answer = await seen({
    'X-Forwarded-For': '192.0.2.1',
    X_Forwarded_For: '6.6.6.6',
    X_Real_IP: '6.6.6.6',
  });
  expect(answer.address).toBe('192.0.2.1');
  expect(JSON.stringify(answer.raw)).not.toContain('6.6.6.6');
});

test('removes forwarding headers if the sender is not a trusted proxy', async () => {
  headerOf.current = 'x-forwarded-for';
  headerOf.networks = networks().parse('10.0.0.0/8')!;
  const answer = await seen({
    'X-Forwarded-For': '6.6.6.6',
    'X-Forwarded-Host': 'elsewhere',
    X_Forwarded_For: '6.6.6.6',
    Forwarded: 'for=6.6.6.6',
    'X-Real-IP': '6.6.6.6',
    'X-Other': 'stays',
  });
  expect(answer.address).toBe('127.0.0.1');
  expect(answer.names).toEqual(['x-other', 'host', 'connection']);
  expect(JSON.stringify(answer.raw)).not.toContain('6.6.6.6');
});

test.each(['10.0.0.0/33', '10.0.0', 'everybody', '10.0.0.0/-1', '::1/129', ',', '10.0.0.0/8/8'])(
  '%s is not a valid network',
  (text) => {
    expect(networks().parse(text)).toBeUndefined();
  },
);
