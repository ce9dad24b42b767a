import type { IncomingMessage } from 'node:http';

/** Whether a browser loads a page. Other requests come from programs and scripts. */
export function isNavigation({ headers, method }: IncomingMessage): boolean {
  if (method !== 'GET') return false;
  const target = headers['sec-fetch-dest'];
  return target === undefined ? (headers.accept ?? '').includes('text/html') : target === 'document';
}
