import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Networks } from '../config/kinds.js';
import { connectionOrigin, type Origin, plainAddress, setOrigin } from '../http/origin.js';
import { removeHeaders } from './request-headers.js';

/** Headers in which proxies name their client. */
const FORWARDING = /^(x-forwarded(-.+)?|forwarded|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip)$/;

/** The client of one proxy, as the proxy names it. */
interface Hop {
  readonly address: string | undefined;
  readonly port: string;
  readonly scheme: string | undefined;
}

/** Finds the client behind trusted proxies. */
export class TrustedProxies {
  readonly #networks: Networks;
  readonly #header: 'x-forwarded-for' | 'forwarded';

  constructor(networks: Networks, header: 'x-forwarded-for' | 'forwarded') {
    this.#networks = networks;
    this.#header = header;
  }

  /** Sets the request's origin. If the sender is not a trusted proxy, removes its forwarding headers instead. */
  apply(request: IncomingMessage): void {
    const own = connectionOrigin(request);
    if (!this.#networks.has(own.address)) {
      removeHeaders(request, (name) => FORWARDING.test(name));
      return;
    }
    // Proxies pass on the underscore spellings of their clients, which R cannot tell from their own headers.
    removeHeaders(request, (name, written) => written.includes('_') && FORWARDING.test(name));
    const origin = this.#behind(own, this.#hops(request));
    if (origin !== own) setOrigin(request, origin);
  }

  /** Starts at the nearest proxy. The client is the first hop that is not trusted, or the last with a known address. */
  #behind(own: Origin, hops: readonly Hop[]): Origin {
    let origin = own;
    for (const { address, port, scheme } of hops.toReversed()) {
      if (address === undefined || !this.#networks.has(origin.address)) break;
      origin = { address, port, scheme: isScheme(scheme) ? scheme : origin.scheme };
    }
    return origin;
  }

  #hops({ headers }: IncomingMessage): Hop[] {
    if (this.#header === 'forwarded') return parts(headers.forwarded, ',').map(forwardedHop);
    const scheme = parts(headers['x-forwarded-proto'], ',').at(-1)?.toLowerCase();
    return parts(headers['x-forwarded-for'], ',').map((node) => ({ ...addressOf(node), scheme }));
  }
}

function isScheme(text: string | undefined): text is Origin['scheme'] {
  return text === 'http' || text === 'https';
}

/** RFC 7239: `for="[2001:db8::1]:47011";proto=https`. */
function forwardedHop(element: string): Hop {
  const pairs = parts(element, ';').map((pair) => /^([\w-]+)="?([^"]*)"?$/.exec(pair) ?? []);
  const value = (wanted: string) => pairs.find(([, name]) => name?.toLowerCase() === wanted)?.[2];
  return { ...addressOf(value('for') ?? ''), scheme: value('proto')?.toLowerCase() };
}

function addressOf(node: string): { address: string | undefined; port: string } {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(node) ?? [];
  const address = plainAddress(bracketed ?? plain ?? node);
  return isIP(address) === 0 ? { address: undefined, port: '' } : { address, port };
}

function parts(text: string | string[] | undefined, separator: string): string[] {
  if (text === undefined) return [];
  return String(text)
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
