/** The first Node with which the attacks of `npm run hostile` on HTTP/2 did no harm. */
const SAFE_FROM = 26;

/**
 * What clients can do by HTTP/2 with this version of Node; undefined if nothing is known. With Node 20, requests behind a
 * GOAWAY frame corrupt the heap. Up to Node 24, connections that are reset after the handshake keep their descriptors.
 */
export function http2Risk(version: string = process.versions.node): string | undefined {
  if (Number.parseInt(version, 10) >= SAFE_FROM) return undefined;
  return `With Node ${version}, clients can crash the gateway or use up its file descriptors by HTTP/2`;
}
