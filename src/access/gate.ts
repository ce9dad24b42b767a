import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { clientNetwork } from '../http/client-network.js';
import { setGatewayHeaders } from '../http/gateway-headers.js';
import { originOf } from '../http/origin.js';
import type { OpenRequest } from '../http/public-server.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import type { Logger } from '../observe/log.js';
import { type Caller, Callers } from './callers.js';
import { clientCertificate } from './client-certificate.js';
import { corsHeaders, isListed, isPreflight, preflightHeaders } from './cors.js';
import { type Decision, GuardedRequest } from './guarded-request.js';
import { addHeader, isPenstockHeader, removeHeaders } from './request-headers.js';
import { type Policy, Rules } from './rules.js';
import { TrustedProxies } from './trusted-proxies.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => OpenRequest;

const PASS: Decision = { kind: 'pass' };

/** Checks every request before it reaches the app: trusted proxies, client certificates and access rules. */
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
   * Wraps the handler of all requests.
   *
   * @param finished called for requests that the gate answered itself
   */
  before(handle: Handler, finished: (record: ExchangeRecord) => void): Handler {
    const rules = this.#rules;
    return (request, response) => {
      this.#identify(request);
      if (rules === undefined) return handle(request, response);
      const decide = () => this.#decide(request, response, rules);
      return new GuardedRequest(request, response, { decide, handle, finished });
    };
  }

  close(): void {
    this.#callers.close();
  }

  /** Replaces the headers that name the sender by what is known of the connection. */
  #identify(request: IncomingMessage): void {
    removeHeaders(request, isPenstockHeader);
    this.#proxies?.apply(request);
    const certificate = clientCertificate(request.socket);
    if (certificate === undefined) return;
    addHeader(request, 'X-Penstock-Certificate', certificate.subject);
    addHeader(request, 'X-Penstock-Certificate-Fingerprint', certificate.fingerprint);
  }

  #decide(request: IncomingMessage, response: ServerResponse, rules: Rules): Decision | Promise<Decision> {
    const { headers } = request;
    const [path = ''] = request.url!.split('?');
    const preflight = isPreflight(request.method!, headers);
    const method = preflight ? String(headers['access-control-request-method']) : request.method!;
    const policy = rules.find(method, path);
    if (policy === undefined) {
      return rejection(new PenstockError('bad_request', 'The path matches different rules when decoded.'));
    }
    const cors = policy.cors === undefined ? [] : corsHeaders(headers.origin, policy.cors);
    const own = [...policy.headers, ...cors];
    setGatewayHeaders(response, own);
    if (preflight && policy.cors !== undefined) {
      const listed = isListed(headers.origin, policy.cors);
      return { kind: 'answer', status: 204, headers: listed ? preflightHeaders(policy.cors) : [] };
    }
    const wait = policy.perAddress?.take(clientNetwork(originOf(request).address), performance.now()) ?? 0;
    if (wait > 0) return limited(wait);
    if (policy.allow === 'anyone') return PASS;
    if (policy.allow === 'nobody')
      return rejection(new PenstockError('forbidden', 'A rule denies all requests.'));
    const caller = this.#callers.of(request, policy.allow);
    const admit = (found: Caller | undefined): Decision => {
      if (found === undefined) {
        setGatewayHeaders(response, [...own, ['WWW-Authenticate', 'Bearer']]);
        return rejection(new PenstockError('unauthorized'));
      }
      return admitted(request, policy, found);
    };
    return caller instanceof Promise ? caller.then(admit) : admit(caller);
  }
}

function admitted(request: IncomingMessage, policy: Policy, caller: Caller): Decision {
  const { kind, name, scopes } = caller;
  if (policy.names !== undefined && !policy.names.includes(name)) {
    return rejection(new PenstockError('forbidden', 'The rule does not list this caller.'));
  }
  if (scopes !== undefined && policy.scopes?.every((scope) => scopes.has(scope)) === false) {
    return rejection(new PenstockError('forbidden', `Required scope: ${policy.scopes.join(' ')}.`));
  }
  const wait = policy.perKey?.take(`${kind}:${name}`, performance.now()) ?? 0;
  if (wait > 0) return limited(wait);
  addHeader(request, 'X-Penstock-Client', name);
  addHeader(request, 'X-Penstock-Client-By', kind);
  return PASS;
}

function rejection(error: PenstockError): Decision {
  return { kind: 'reject', error };
}

function limited(wait: number): Decision {
  return { kind: 'reject', error: new PenstockError('rate_limited'), retryAfter: Math.ceil(wait / 1000) };
}
