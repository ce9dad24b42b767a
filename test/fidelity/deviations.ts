/**
 * Where Penstock means to differ from plumber. Each of these must differ: an entry that no longer does is stale.
 */
export interface Deviation {
  readonly api: string;
  /** The titles of the asks: method, path and note. */
  readonly asks: readonly string[];
  /** Completes "answers otherwise than plumber, because …". */
  readonly because: string;
}

export const deviations: readonly Deviation[] = [
  {
    api: 'arguments.R',
    asks: [
      "POST /whole (JSON under curl's default type)",
      "POST /whole (a JSON array under curl's default type)",
      "POST /named-body (JSON under curl's default type)",
    ],
    because: 'JSON that curl has labelled as a form is read as JSON, where plumber silently drops it',
  },
  {
    api: 'entry',
    asks: ['GET /where'],
    because: "an entrypoint's handlers run in the app's folder, wherever the server was started",
  },
  {
    api: 'request.R',
    asks: ['GET /headers (blanks around a value)'],
    because: 'blanks after a header value are no part of it (RFC 9110, 5.5); httpuv keeps them',
  },
  {
    api: 'encoding.R',
    asks: [
      'GET /Ã©chappÃ©e (bytes on the request line)',
      'GET /path/Ã© (bytes on the request line)',
      'GET /query?x=Ã© (bytes on the request line)',
    ],
    because: 'a request line that is not ASCII is answered with 400; httpuv hangs up without a word',
  },
  {
    api: 'wire.R',
    asks: ['GET /hello (two on one connection)', 'POST /echo (three on one connection, with bodies)'],
    because: 'requests sent without waiting for answers are all answered; httpuv hangs up on the second',
  },
  {
    api: 'wire.R',
    asks: ['GET /hello (line feeds alone)'],
    because: 'lines that do not end as HTTP has them are refused, as proxies may read them differently',
  },
  {
    api: 'wire.R',
    asks: ['GET /hello (no host in HTTP/1.1)'],
    because: 'HTTP/1.1 demands a Host header and a 400 where there is none (RFC 9112, 3.2)',
  },
  {
    api: 'arguments.R',
    asks: ['GET /two?a=%zz (not an escape)', 'GET /two?a=%00 (a null byte)'],
    because: 'an address with a percent sign that encodes no character is no valid HTTP and gets 400',
  },
  {
    api: 'routing.R',
    asks: ['GET /users/%zz (not an escape at all)'],
    because: 'an address with a percent sign that encodes no character is no valid HTTP and gets 400',
  },
];
