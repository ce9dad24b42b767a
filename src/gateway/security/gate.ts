import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config/load.js';
import { clientCertificate } from './client-certificate.js';
import { isOwn, putIn, takeOut } from './request-headers.js';
import { TrustedProxies } from './trusted-proxies.js';

/** What every request goes through before the app sees it, where anything is configured that asks for it. */
export class Gate {
  readonly #proxies: TrustedProxies | undefined;

  /** Undefined where there is nothing to do: then nothing is done for any request. */
  static from(config: Config): Gate | undefined {
    const { tlsClientCa, trustedProxies } = config;
    return tlsClientCa === undefined && trustedProxies === undefined ? undefined : new Gate(config);
  }

  private constructor({ forwardedHeader, trustedProxies }: Config) {
    this.#proxies =
      trustedProxies === undefined ? undefined : new TrustedProxies(trustedProxies, forwardedHeader);
  }

  /** Makes a request say the truth of where it comes from and who has sent it. */
  identify(request: IncomingMessage): void {
    takeOut(request, isOwn);
    this.#proxies?.apply(request);
    const certificate = clientCertificate(request.socket);
    if (certificate === undefined) return;
    putIn(request, 'X-Penstock-Certificate', certificate.subject);
    putIn(request, 'X-Penstock-Certificate-Fingerprint', certificate.fingerprint);
  }
}
