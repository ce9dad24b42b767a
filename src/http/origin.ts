import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** Where a request comes from. */
export interface Origin {
  readonly address: string;
  /** Empty if only the address is known. */
  readonly port: string;
  readonly scheme: 'http' | 'https';
}

const ORIGIN = Symbol('origin');

interface WithOrigin extends IncomingMessage {
  [ORIGIN]?: Origin;
}

/** Sets the origin of a request that came through a proxy. */
export function setOrigin(request: IncomingMessage, origin: Origin): void {
  (request as WithOrigin)[ORIGIN] = origin;
}

export function originOf(request: IncomingMessage): Origin {
  return (request as WithOrigin)[ORIGIN] ?? connectionOrigin(request);
}

export function connectionOrigin({ socket }: IncomingMessage): Origin {
  return {
    address: plainAddress(socket.remoteAddress),
    port: String(socket.remotePort ?? ''),
    scheme: (socket as TLSSocket).encrypted === true ? 'https' : 'http',
  };
}

/** On a dual-stack socket, IPv4 addresses have the form `::ffff:127.0.0.1`. */
export function plainAddress(address: string | undefined): string {
  return address === undefined ? '' : address.replace(/^::ffff:(?=\d+\.)/, '');
}
