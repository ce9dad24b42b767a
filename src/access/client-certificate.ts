import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';

/** Who a client has proven to be. */
export interface ClientCertificate {
  /** Its distinguished name, as RFC 4514 writes one: `CN=reporting,O=Example`. */
  readonly subject: string;
  /** The common name alone; empty if it has none. */
  readonly name: string;
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint: string;
}

/** By connection: a certificate is looked at once. */
const known = new WeakMap<Socket, ClientCertificate | null>();

/** The certificate of a connection's client; undefined without one that an accepted authority has signed. */
export function clientCertificate(socket: Socket): ClientCertificate | undefined {
  let certificate = known.get(socket);
  if (certificate === undefined) {
    certificate = read(socket as TLSSocket) ?? null;
    known.set(socket, certificate);
  }
  return certificate ?? undefined;
}

function read(socket: TLSSocket): ClientCertificate | undefined {
  if (socket.authorized !== true) return undefined;
  const { fingerprint256, subject } = socket.getPeerCertificate();
  if (subject === undefined) return undefined;
  return {
    subject: distinguishedName(subject),
    name: texts(subject.CN)[0] ?? '',
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

function distinguishedName(subject: PeerCertificate['subject']): string {
  const parts = Object.entries(subject).flatMap(([key, value]) =>
    texts(value).map((text) => `${key}=${escaped(text)}`),
  );
  return parts.toReversed().join(',');
}

/** Of a key that comes several times Node gives a list. */
function texts(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** No name can pass for two of them, nor end the header that it stands in. */
function escaped(text: string): string {
  return text
    .replace(/[\\,+"<>;=]/g, '\\$&')
    .replace(/\p{Cc}/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/^[ #]| $/g, '\\$&');
}
