import { type IncomingHttpHeaders, METHODS } from 'node:http';
import type { CorsSettings } from '../config/access-settings.js';

type Headers = [string, string][];

const DEFAULT_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Removes the headers that the app may have set itself. */
const NO_CORS_HEADERS: Headers = [
  ['Access-Control-Allow-Origin', ''],
  ['Access-Control-Allow-Credentials', ''],
  ['Access-Control-Expose-Headers', ''],
];

/** Response headers for a request from a page of `origin`. They allow nothing if the origin is not listed. */
export function corsHeaders(origin: string | undefined, settings: CorsSettings): Headers {
  const { credentials, expose, origins } = settings;
  const vary: Headers = origins.includes('*') ? [] : [['Vary', 'Origin']];
  if (!isListed(origin, settings)) return [...vary, ...NO_CORS_HEADERS];
  return [
    ...vary,
    ['Access-Control-Allow-Origin', origins.includes('*') ? '*' : origin],
    ['Access-Control-Allow-Credentials', credentials === true ? 'true' : ''],
    ['Access-Control-Expose-Headers', expose?.join(', ') ?? ''],
  ];
}

/** The method that a browser asks about, for a page of another site; undefined if the request is not such a preflight. */
export function preflightMethod(method: string, headers: IncomingHttpHeaders): string | undefined {
  if (method !== 'OPTIONS' || headers.origin === undefined) return undefined;
  const asked = headers['access-control-request-method'];
  return asked !== undefined && METHODS.includes(asked) ? asked : undefined;
}

/** Headers of the response to a preflight, in addition to `corsHeaders`. */
export function preflightHeaders(settings: CorsSettings): Headers {
  const {
    headers = ['Authorization', 'Content-Type', 'X-API-Key'],
    maxAge,
    methods = DEFAULT_METHODS,
  } = settings;
  const answer: Headers = [
    ['Access-Control-Allow-Methods', methods.join(', ')],
    ['Access-Control-Allow-Headers', headers.join(', ')],
  ];
  if (maxAge !== undefined) answer.push(['Access-Control-Max-Age', String(Math.floor(maxAge / 1000))]);
  return answer;
}

export function isListed(origin: string | undefined, { origins }: CorsSettings): origin is string {
  return origin !== undefined && (origins.includes('*') || origins.includes(origin));
}
