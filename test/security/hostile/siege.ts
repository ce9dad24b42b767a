import { connect, type Socket } from 'node:net';
import type { ServedApp } from '../../support/server.js';
import { holdings } from './attack.js';
import { connectTo, tlsFlags } from './connect.js';
import { serveHostileApp } from './hostile-app.js';
import { attackByHttp2 } from './http2.js';

/** Sends this at once on a new connection, and never reads. */
type Opening = () => Buffer | string;

const chunks = '1\r\na\r\n'.repeat(5000);

/** What many clients do at the same time to fill the gateway's memory, or to use up its descriptors. */
const sieges: Readonly<Record<string, { isAdmin?: true; opening: Opening }>> = {
  'bodies in chunks of one byte': {
    opening: () => `POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  },
  'responses that are not read': {
    opening: () => 'GET /large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2),
  },
  'silent connections': { opening: () => '' },
  'silent connections to the admin server': { isAdmin: true, opening: () => '' },
  'a thousand pipelined requests': {
    opening: () => 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'.repeat(1000),
  },
};

/** Besieges an app in each way. Returns what went wrong. */
export async function besiege(app: ServedApp, connections: number): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, { isAdmin, opening }] of Object.entries(sieges)) {
    const begun = performance.now();
    const sockets: Socket[] = [];
    for (let i = 0; i < connections; i++) sockets.push(await open(app, isAdmin === true, opening()));
    // Probes and metrics work meanwhile.
    const live = await fetch(new URL('/livez', app.adminUrl), { signal: AbortSignal.timeout(30_000) });
    if (!live.ok) faults.push(`${name}: /livez answered ${live.status}`);
    for (const socket of sockets) socket.destroy();
    const recovered = await recovers(app);
    const { files, memory } = holdings(app);
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(`${connections} clients with ${name}: ${seconds} s, then ${memory} MB, ${files} files`);
    if (!recovered) faults.push(`${name}: no request is answered afterwards`);
  }
  return faults;
}

function open(app: ServedApp, isAdmin: boolean, bytes: Buffer | string): Promise<Socket> {
  return new Promise((resolve) => {
    const opened = (socket: Socket): void => {
      socket.write(bytes);
      setImmediate(() => resolve(socket));
    };
    const socket = isAdmin
      ? connect(app.adminPort, '127.0.0.1', () => opened(socket))
      : connectTo(app, opened);
    socket.pause();
    socket.on('error', () => {}); // the server has closed it
    socket.once('close', () => resolve(socket));
  });
}

async function recovers({ url }: ServedApp): Promise<boolean> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const response = await fetch(`${url}/echo?msg=well`).catch(() => undefined);
    if (response?.status === 200) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}

/** Attacks a server of its own by HTTP/2. Returns what went wrong. */
export async function besiegeByHttp2(connections: number): Promise<string[]> {
  const app = await serveHostileApp({ flags: [...tlsFlags, '--http2', '--shutdown-timeout', '5s'] });
  const faults: string[] = [];
  const before = holdings(app);
  for (const attack of ['requests behind a GOAWAY', 'a reset after the handshake'] as const) {
    await attackByHttp2(app.port, attack, connections);
    const { files, memory } = holdings(app);
    console.log(`${connections} clients by HTTP/2 with ${attack}: ${memory} MB, ${files} files`);
    if (files > before.files + 20) faults.push(`${attack}: files stay open: ${files}`);
  }
  const { code } = await app.stop();
  if (code !== 0) faults.push(`the server of HTTP/2 ended with ${code}`);
  return faults;
}
