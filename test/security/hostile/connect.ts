import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { connect as connectByTls } from 'node:tls';
import type { ServedApp } from '../../support/server.js';

/** A connection to the public server, by TLS if it speaks that. Calls `opened` when it can be written to. */
export function connectTo({ port, url }: ServedApp, opened: (socket: Socket) => void): Socket {
  const where = { port, host: '127.0.0.1', allowHalfOpen: true };
  const socket = url.startsWith('https:')
    ? connectByTls({ ...where, rejectUnauthorized: false }, () => opened(socket))
    : connect(where, () => opened(socket));
  return socket;
}

const certificate = (ending: string): string =>
  resolve(import.meta.dirname, `../../fixtures/tls/server.${ending}`);

/** Flags of a server that speaks TLS. */
export const tlsFlags = ['--tls-cert', certificate('crt'), '--tls-key', certificate('key')];
