import type { IncomingHttpHeaders } from 'node:http';
import type { CorsSettings } from '../config/access-settings.js';

type Headers = [string, string][];

const usual = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What an app may have said of it itself. */
const unsaid: Headers = [
  ['Access-Control-Allow-Origin', ''],
  ['Access-Control-Allow-Credentials', ''],
  ['Access-Control-Expose-Headers', ''],
];

/** Headers of an answer to a request that a page of `origin` has made; they allow nothing to one that is not listed. */
export function corsHeaders(origin: string | undefined, settings: CorsSettings): Headers {
  const { credentials, expose, origins } = settings;
  const vary: Headers = origins.includes('*') ? [] : [['Vary', 'Origin']];
  if (!isListed(origin, settings)) return [...vary, ...unsaid];
  return [
    ...vary,
    ['Access-Control-Allow-Origin', origins.includes('*') ? '*' : origin],
    ['Access-Control-Allow-Credentials', credentials === true ? 'true' : ''],
    ['Access-Control-Expose-Headers', expose?.join(', ') ?? ''],
  ];
}

/** Whether a browser asks what the page of another site may do. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** The answer to that, on top of `corsHeaders`. */
export function preflightHeaders(settings: CorsSettings): Headers {
  const { headers = ['Authorization', 'Content-Type', 'X-API-Key'], maxAge, methods = usual } = settings;
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
