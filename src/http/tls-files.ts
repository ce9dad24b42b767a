import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Config } from '../config/load.js';
import { WatchedFiles } from '../config/watched-files.js';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';

/** Milliseconds before a certificate ends, from when on it is told. */
const SOON = 14 * 86_400_000;

type TlsConfig = Pick<Config, 'tlsCert' | 'tlsClientCa' | 'tlsKey'>;

/** The certificate of the public server, its key, and who signs those of clients; as the files are now. */
export function tlsFiles(
  { tlsCert, tlsClientCa, tlsKey }: TlsConfig,
  log: Logger,
): WatchedFiles<SecureContextOptions> | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const paths = [tlsCert, tlsKey, ...(tlsClientCa === undefined ? [] : [tlsClientCa])];
  return new WatchedFiles(paths, log, ([cert, key, ca]) => {
    const context = { cert: cert!, key: key!, ...(ca !== undefined && { ca }) };
    const left = millisecondsLeft(context);
    const days = Math.floor(left / 86_400_000);
    if (left < SOON) {
      const when = left < 0 ? 'has expired' : `ends in ${days} ${days === 1 ? 'day' : 'days'}`;
      log.warn({ event: 'certificate-ends', file: tlsCert, days }, `The certificate ${tlsCert} ${when}`);
    }
    return context;
  });
}

/** Until the certificate ends. Fails with `secret_unusable` where certificate and key are no such thing, or no pair. */
export function millisecondsLeft(
  context: { cert: Buffer; key: Buffer; ca?: Buffer },
  now = Date.now(),
): number {
  try {
    createSecureContext(context);
    return Date.parse(new X509Certificate(context.cert).validTo) - now;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' ? 'the key is not that of the certificate' : message;
    throw new PenstockError('secret_unusable', `The PEM files of TLS: ${why}.`);
  }
}
