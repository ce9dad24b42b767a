import { X509Certificate } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { Config } from '../config/load.js';
import { WatchedFiles } from '../config/watched-files.js';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';

/** A warning is logged when the certificate expires within this time. */
const EXPIRY_WARNING_MS = 14 * 86_400_000;

type TlsConfig = Pick<Config, 'tlsCert' | 'tlsClientCa' | 'tlsKey'>;

/** The public server's certificate and key, and the CA of client certificates, reread when the files change. */
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
    if (left < EXPIRY_WARNING_MS) {
      const when = left < 0 ? 'has expired' : `expires in ${days} ${days === 1 ? 'day' : 'days'}`;
      log.warn({ event: 'certificate-ends', file: tlsCert, days }, `The certificate ${tlsCert} ${when}`);
    }
    return context;
  });
}

/** Time until the certificate expires. Fails with `secret_unusable` if certificate or key is invalid, or they differ. */
export function millisecondsLeft(
  context: { cert: Buffer; key: Buffer; ca?: Buffer },
  now = Date.now(),
): number {
  try {
    process.getBuiltinModule('node:tls').createSecureContext(context);
    return Date.parse(new X509Certificate(context.cert).validTo) - now;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' ? 'the key does not match the certificate' : message;
    throw new PenstockError('secret_unusable', `Invalid TLS certificate or key: ${why}.`);
  }
}
