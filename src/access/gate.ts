import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { setGatewayHeaders } from '../http/gateway-headers.js';
import { originOf } from '../http/origin.js';
import type { OpenRequest } from '../http/public-server.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import type { Logger } from '../observe/log.js';
import { type Caller, Callers } from './callers.js';
import { clientCertificate } from './client-certificate.js';
import { corsHeaders, isListed, isPreflight, preflightHeaders } from './cors.js';
import { GuardedRequest, type Verdict } from './guarded-request.js';
import { isOwn, putIn, takeOut } from './request-headers.js';
import { type Policy, Rules } from './rules.js';
import { TrustedProxies } from './trusted-proxies.js';

type Open = (request: IncomingMessage, response: ServerResponse) => OpenRequest;

const PASS: Verdict = { kind: 'pass' };

/** What every request goes through before the app sees it, where anything is configured that asks for it. */
export class Gate {
  readonly #proxies: TrustedProxies | undefined;
  readonly #rules: Rules | undefined;
  readonly #callers: Callers;

  /** Fails with `secret_unusable`. */
  constructor({ access, forwardedHeader, rules, trustedProxies }: Config, log: Logger) {
    this.#proxies =
      trustedProxies === undefined ? undefined : new TrustedProxies(trustedProxies, forwardedHeader);
    this.#rules = rules.length === 0 ? undefined : new Rules(rules);
    this.#callers = new Callers(access, log);
  }

  /**
   * Puts itself before what takes the requests.
   *
   * @param finished hears of the requests that have come no further
   */
  before(open: Open, finished: (record: ExchangeRecord) => void): Open {
    const rules = this.#rules;
    return (request, response) => {
      this.#identify(request);
      if (rules === undefined) return open(request, response);
      const judge = () => this.#judge(request, response, rules);
      return new GuardedRequest(request, response, { judge, open, finished });
    };
  }

  close(): void {
    this.#callers.close();
  }

  /** Makes a request say the truth of where it comes from and who has sent it. */
  #identify(request: IncomingMessage): void {
    takeOut(request, isOwn);
    this.#proxies?.apply(request);
    const certificate = clientCertificate(request.socket);
    if (certificate === undefined) return;
    putIn(request, 'X-Penstock-Certificate', certificate.subject);
    putIn(request, 'X-Penstock-Certificate-Fingerprint', certificate.fingerprint);
  }

  #judge(request: IncomingMessage, response: ServerResponse, rules: Rules): Verdict | Promise<Verdict> {
    const { headers } = request;
    const [path = ''] = request.url!.split('?');
    const preflight = isPreflight(request.method!, headers);
    const method = preflight ? String(headers['access-control-request-method']) : request.method!;
    const policy = rules.find(method, path);
    if (policy === undefined) {
      return refusal(new PenstockError('bad_request', 'The address can be read in more than one way.'));
    }
    const cors = policy.cors === undefined ? [] : corsHeaders(headers.origin, policy.cors);
    const own = [...policy.headers, ...cors];
    setGatewayHeaders(response, own);
    if (preflight && policy.cors !== undefined) {
      // An origin that is not listed is told of nothing it may do.
      const listed = isListed(headers.origin, policy.cors);
      return { kind: 'answer', status: 204, headers: listed ? preflightHeaders(policy.cors) : [] };
    }
    const wait = policy.perAddress?.take(addressKey(originOf(request).address), performance.now()) ?? 0;
    if (wait > 0) return limited(wait);
    if (policy.allow === 'anyone') return PASS;
    if (policy.allow === 'nobody') return refusal(new PenstockError('forbidden', 'Nobody may ask for it.'));
    const caller = this.#callers.of(request, policy.allow);
    const admit = (found: Caller | undefined): Verdict => {
      if (found === undefined) {
        setGatewayHeaders(response, [...own, ['WWW-Authenticate', 'Bearer']]);
        return refusal(new PenstockError('unauthorized'));
      }
      return admitted(request, policy, found);
    };
    return caller instanceof Promise ? caller.then(admit) : admit(caller);
  }
}

function admitted(request: IncomingMessage, policy: Policy, caller: Caller): Verdict {
  const { kind, name, scopes } = caller;
  if (policy.names !== undefined && !policy.names.includes(name)) {
    return refusal(new PenstockError('forbidden', 'It is for others.'));
  }
  if (scopes !== undefined && policy.scopes?.every((scope) => scopes.has(scope)) === false) {
    return refusal(new PenstockError('forbidden', `It takes the scope ${policy.scopes.join(' ')}.`));
  }
  const wait = policy.perKey?.take(`${kind}:${name}`, performance.now()) ?? 0;
  if (wait > 0) return limited(wait);
  putIn(request, 'X-Penstock-Client', name);
  putIn(request, 'X-Penstock-Client-By', kind);
  return PASS;
}

function refusal(error: PenstockError): Verdict {
  return { kind: 'refuse', error };
}

function limited(wait: number): Verdict {
  return { kind: 'refuse', error: new PenstockError('rate_limited'), retryAfter: Math.ceil(wait / 1000) };
}

/** Whoever has an address of IPv6 has 2^64 of them. */
function addressKey(address: string): string {
  return isIPv6(address)
    ? new URL(`http://[${address.split('%')[0]}]`).hostname.split(':', 4).join(':')
    : address;
}
