import type { ServerResponse } from 'node:http';

const HEADERS = Symbol('headers of the gateway');

type Headers = readonly (readonly [string, string])[];

interface WithHeaders extends ServerResponse {
  [HEADERS]?: Headers;
}

/** Sets headers that replace the app's in any response. An empty value removes the header. */
export function setGatewayHeaders(response: ServerResponse, headers: Headers): void {
  if (headers.length > 0) (response as WithHeaders)[HEADERS] = headers;
}

export function gatewayHeaders(response: ServerResponse): Headers | undefined {
  return (response as WithHeaders)[HEADERS];
}

/** Merges the app's headers with the gateway's. Vary is kept from both. */
export function withGatewayHeaders(headers: [string, string][], own: Headers): [string, string][] {
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  names.delete('vary');
  return [
    ...headers.filter(([name]) => !names.has(name.toLowerCase())),
    ...own.flatMap(([name, value]): [string, string][] => (value === '' ? [] : [[name, value]])),
  ];
}
