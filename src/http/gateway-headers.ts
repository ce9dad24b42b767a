import type { ServerResponse } from 'node:http';

const HEADERS = Symbol('headers of the gateway');

type Headers = readonly (readonly [string, string])[];

interface WithHeaders extends ServerResponse {
  [HEADERS]?: Headers;
}

/** Headers that an answer is to have whoever gives it; they stand in the place of the app's. An empty one takes it away. */
export function setGatewayHeaders(response: ServerResponse, headers: Headers): void {
  if (headers.length > 0) (response as WithHeaders)[HEADERS] = headers;
}

export function gatewayHeaders(response: ServerResponse): Headers | undefined {
  return (response as WithHeaders)[HEADERS];
}

/** The app's headers with the gateway's. What an answer varies with is for both to say. */
export function withGatewayHeaders(headers: [string, string][], own: Headers): [string, string][] {
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  names.delete('vary');
  return [
    ...headers.filter(([name]) => !names.has(name.toLowerCase())),
    ...own.flatMap(([name, value]): [string, string][] => (value === '' ? [] : [[name, value]])),
  ];
}
