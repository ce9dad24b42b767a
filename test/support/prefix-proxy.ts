import { createServer, request, type Server } from 'node:http';

/** A proxy that serves a server under a path prefix and changes nothing else. */
export async function underPrefix(prefix: string, port: number): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url!.startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const { headers, method } = incoming;
    const path = incoming.url!.slice(prefix.length);
    const forwarded = request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      outgoing.writeHead(response.statusCode!, response.headers);
      response.pipe(outgoing);
    });
    outgoing.once('close', () => forwarded.destroy());
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
