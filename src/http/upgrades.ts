import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const UPGRADE = Symbol('asks for another protocol');
const HEAD = Symbol('what followed the handshake');

interface Upgradable extends IncomingMessage {
  [UPGRADE]?: boolean;
  [HEAD]?: Buffer;
}

function isHandshake({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * The requests of a server that takes WebSockets. Node 20 takes every request with an Upgrade header off the HTTP server
 * once it has a listener for upgrades. Here only handshakes of WebSockets leave it: Java's client asks for HTTP/2 in its
 * first request, and expects an answer by HTTP/1.1.
 *
 * @param takes whether the app takes WebSockets now
 */
export function upgradable(takes: () => boolean): typeof IncomingMessage {
  return class extends IncomingMessage {
    /** Node's parser sets it, and reads it when it has the headers. */
    get upgrade(): boolean {
      if ((this as Upgradable)[UPGRADE] !== true) return false;
      return this.method === 'CONNECT' || (isHandshake(this) && takes());
    }

    set upgrade(value: boolean | null) {
      (this as Upgradable)[UPGRADE] = value === true;
    }
  };
}

/** A response to a handshake that is not completed. The connection closes after it. */
export function responseTo(request: IncomingMessage, socket: Socket, head: Buffer): ServerResponse {
  (request as Upgradable)[HEAD] = head;
  socket.on('error', () => {}); // the connection closes
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => {
    response.detachSocket(socket);
    socket.destroySoon();
  });
  return response;
}

/** What the client has sent behind the handshake of a WebSocket; undefined for other requests. */
export function headOf(request: IncomingMessage): Buffer | undefined {
  return (request as Upgradable)[HEAD];
}
