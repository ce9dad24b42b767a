import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';

/** The verified certificate of a client. */
export interface ClientCertificate {
  /** The distinguished name as in RFC 4514: `CN=reporting,O=Example`. */
  readonly subject: string;
  /** The common name; empty if there is none. */
  readonly name: string;
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint: string;
}

/** One entry per connection, so that each certificate is read only once. */
const known = new WeakMap<Socket, ClientCertificate | null>();

/** The client's certificate; undefined unless an accepted authority has signed it. */
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

/** Node returns a list for a key that occurs several times. */
function texts(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** Escapes a value so that it cannot be read as two values or end its header. */
function escaped(text: string): string {
  return text
    .replace(/[\\,+"<>;=]/g, '\\$&')
    .replace(/\p{Cc}/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/^[ #]| $/g, '\\$&');
}
