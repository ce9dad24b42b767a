/**
 * Intended differences from plumber. Each of them must differ: an entry that no longer does is stale.
 */
export interface Deviation {
  readonly api: string;
  /** The titles of the asks: method, path and note. */
  readonly asks: readonly string[];
  /** Completes "differs from plumber, because …". */
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
    because: 'JSON that curl labels as a form is parsed as JSON; plumber silently drops it',
  },
  {
    api: 'assets',
    asks: ['GET /public/plain.txt (if modified since)', 'GET /public/plain.txt (a range)'],
    because: 'clients can ask for a part of a file, or for changes; plumber sends the whole file',
  },
  {
    api: 'entry',
    asks: ['GET /where'],
    because: "an entrypoint's handlers run in the app's folder, regardless of where the server was started",
  },
  {
    api: 'request.R',
    asks: ['GET /headers (whitespace around a value)'],
    because: 'whitespace after a header value is not part of it (RFC 9110, 5.5); httpuv keeps it',
  },
  {
    api: 'encoding.R',
    asks: [
      'GET /Ã©chappÃ©e (bytes on the request line)',
      'GET /path/Ã© (bytes on the request line)',
      'GET /query?x=Ã© (bytes on the request line)',
    ],
    because:
      'a request line that is not ASCII is rejected with 400; httpuv closes the connection without a response',
  },
  {
    api: 'wire.R',
    asks: ['GET /hello (two on one connection)', 'POST /echo (three on one connection, with bodies)'],
    because: 'pipelined requests are all answered; httpuv closes the connection at the second',
  },
  {
    api: 'wire.R',
    asks: ['GET /hello (line feeds without carriage returns)'],
    because: 'lines that do not end with CRLF are rejected, because proxies may parse them differently',
  },
  {
    api: 'wire.R',
    asks: ['GET /hello (no host in HTTP/1.1)'],
    because: 'HTTP/1.1 requires a Host header, and a 400 without it (RFC 9112, 3.2)',
  },
  {
    api: 'arguments.R',
    asks: ['GET /two?a=%zz (an invalid escape)', 'GET /two?a=%00 (a null byte)'],
    because: 'a URL with an invalid percent escape is not valid HTTP and is rejected with 400',
  },
  {
    api: 'routing.R',
    asks: ['GET http://other.example/case (a target in absolute form)'],
    because: 'every server must accept a request target in absolute form (RFC 9112, 3.2.2)',
  },
  {
    api: 'routing.R',
    asks: ['GET /users/%zz (an invalid escape)'],
    because: 'a URL with an invalid percent escape is not valid HTTP and is rejected with 400',
  },
];
