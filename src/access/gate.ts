import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsSettings, RuleSettings } from '../config/access-settings.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { clientNetwork } from '../http/client-network.js';
import { setGatewayHeaders } from '../http/gateway-headers.js';
import { originOf } from '../http/origin.js';
import type { OpenRequest } from '../http/public-server.js';
import { headOf } from '../http/upgrades.js';
import { pathOf } from '../lanes/app-routes.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import type { RoutePaths } from '../lanes/route-paths.js';
import type { Logger } from '../observe/log.js';
import { type Caller, Callers } from './callers.js';
import { clientCertificate } from './client-certificate.js';
import { corsHeaders, isListed, preflightHeaders, preflightMethod } from './cors.js';
import { type Decision, GuardedRequest } from './guarded-request.js';
import type { Policy } from './policy.js';
import type { RateLimiter } from './rate-limiter.js';
import { addHeader, isPenstockHeader, isRepeated, removeHeaders, removeTwins } from './request-headers.js';
import { ruleWarnings } from './rule-report.js';
import { Rules } from './rules.js';
import { TrustedProxies } from './trusted-proxies.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => OpenRequest;

const PASS: Decision = { kind: 'pass' };

/** The policy by which a request was admitted, and the routes that it was found for. */
const ADMITTED = Symbol('admitted');

interface Admitted extends IncomingMessage {
  [ADMITTED]?: { readonly policy: Policy; readonly routes: RoutePaths | undefined };
}

/** Checks every request before it reaches the app: trusted proxies, client certificates and access rules. */
export class Gate {
  readonly #proxies: TrustedProxies | undefined;
  readonly #rules: Rules | undefined;
  readonly #callers: Callers;
  readonly #settings: readonly RuleSettings[];
  readonly #log: Logger;

  /** Fails with `secret_unusable`. */
  constructor({ access, forwardedHeader, rules, trustedProxies }: Config, log: Logger) {
    this.#proxies =
      trustedProxies === undefined ? undefined : new TrustedProxies(trustedProxies, forwardedHeader);
    this.#rules = rules.length === 0 ? undefined : new Rules(rules);
    this.#callers = new Callers(access, log);
    this.#settings = rules;
    this.#log = log;
  }

  /**
   * Wraps the handler of all requests.
   *
   * @param finished called for requests that the gate answered itself
   * @param routes   returns the routes that requests run at the moment; undefined if the app is not loaded
   */
  before(
    handle: Handler,
    finished: (record: ExchangeRecord) => void,
    routes: () => RoutePaths | undefined,
  ): Handler {
    const rules = this.#rules;
    return (request, response) => {
      this.#identify(request);
      if (rules === undefined) return handle(request, response);
      const decide = () => this.#decide(request, response, rules, routes());
      return new GuardedRequest(request, response, { decide, handle, finished });
    };
  }

  /** Whether an admitted request may run by these routes. They differ if the app was reloaded while it arrived. */
  admits(request: IncomingMessage, routes: RoutePaths): boolean {
    const admitted = (request as Admitted)[ADMITTED];
    if (admitted === undefined || admitted.routes === routes) return true;
    return this.#rules!.find(request.method!, pathOf(request.url!), routes) === admitted.policy;
  }

  /** Warns of rules that have no effect on these routes. */
  check({ routes }: RoutePaths): void {
    for (const warning of ruleWarnings(this.#settings, routes))
      this.#log.warn({ event: 'rule-unused' }, warning);
  }

  close(): void {
    this.#callers.close();
  }

  /** Replaces the headers that name the sender by what is known of the connection. */
  #identify(request: IncomingMessage): void {
    removeHeaders(request, isPenstockHeader);
    removeTwins(request);
    this.#proxies?.apply(request);
    const certificate = clientCertificate(request.socket);
    if (certificate === undefined) return;
    addHeader(request, 'X-Penstock-Certificate', certificate.subject);
    addHeader(request, 'X-Penstock-Certificate-Fingerprint', certificate.fingerprint);
  }

  #decide(
    request: IncomingMessage,
    response: ServerResponse,
    rules: Rules,
    routes: RoutePaths | undefined,
  ): Decision | Promise<Decision> {
    const { headers } = request;
    if (isRepeated(request, 'authorization')) {
      return rejection(new PenstockError('bad_request', 'It has more than one Authorization header.'));
    }
    const path = pathOf(request.url!);
    const wanted = preflightMethod(request.method!, headers);
    const preflight = wanted === undefined ? undefined : rules.find(wanted, path, routes);
    if (preflight?.cors !== undefined) {
      const { cors } = preflight;
      setGatewayHeaders(response, [...preflight.headers, ...corsHeaders(headers.origin, cors)]);
      return {
        kind: 'answer',
        status: 204,
        headers: isListed(headers.origin, cors) ? preflightHeaders(cors) : [],
      };
    }
    const policy = rules.find(request.method!, path, routes);
    (request as Admitted)[ADMITTED] = { policy, routes };
    const cors = policy.cors === undefined ? [] : corsHeaders(headers.origin, policy.cors);
    const own = [...policy.headers, ...cors];
    setGatewayHeaders(response, own);
    const wait = longestWait(policy.perAddress, clientNetwork(originOf(request).address));
    if (wait > 0) return limited(wait);
    if (headOf(request) !== undefined && policy.cors !== undefined && !mayConnect(request, policy.cors)) {
      return rejection(
        new PenstockError('forbidden', 'A rule allows no WebSockets from pages of this origin.'),
      );
    }
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
  if (scopes !== undefined && !policy.scopes.every((scope) => scopes.has(scope))) {
    return rejection(new PenstockError('forbidden', `Required scope: ${policy.scopes.join(' ')}.`));
  }
  const wait = longestWait(policy.perKey, `${kind}:${name}`);
  if (wait > 0) return limited(wait);
  addHeader(request, 'X-Penstock-Client', name);
  addHeader(request, 'X-Penstock-Client-By', kind);
  return PASS;
}

/** Counts a request in each limiter; 0 if it is within the rate of all, else how long to wait, in ms. */
function longestWait(limiters: readonly RateLimiter[], client: string): number {
  return limiters.reduce((wait, limiter) => Math.max(wait, limiter.take(client, performance.now())), 0);
}

/** Browsers let a page of any site open a WebSocket, with the cookies of this one. They only name the page's origin. */
function mayConnect({ headers: { host, origin } }: IncomingMessage, settings: CorsSettings): boolean {
  if (origin === undefined || isListed(origin, settings)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function rejection(error: PenstockError): Decision {
  return { kind: 'reject', error };
}

function limited(wait: number): Decision {
  return { kind: 'reject', error: new PenstockError('rate_limited'), retryAfter: Math.ceil(wait / 1000) };
}
