import { connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/**
 * An HTTP/1.1 client that sends exactly the given bytes and returns exactly what it receives.
 *
 * Node's own client corrects requests and merges response headers, which would hide the differences we look for.
 */
export interface WireRequest {
  readonly method?: string;
  /** The request target as it is sent: nothing is encoded or normalised. */
  readonly path: string;
  readonly version?: '1.0' | '1.1';
  /** Sent in this order, after `Host` and before the framing of the body. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
  /** Sends the body chunked in these pieces instead of with a length. */
  readonly chunks?: readonly (string | Buffer)[];
  /** Sends `Expect: 100-continue` and holds the body back until the server asks for it. */
  readonly expectContinue?: boolean;
}

export interface WireResponse {
  readonly interim: readonly number[];
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  /** De-chunked and, when `gzip` is set, inflated. */
  readonly body: Buffer;
  readonly chunked: boolean;
  readonly gzip: boolean;
  /** The connection ended before the whole body had arrived. */
  readonly cut: boolean;
}

/** The server closed the connection instead of answering. */
export class HangUp extends Error {}

/** The server did not answer in time. */
export class Silence extends Error {}

const crlf = '\r\n';
const RESPONSE_TIMEOUT_MS = 30_000;

/** Sends one request on its own connection. */
export async function ask(port: number, request: WireRequest): Promise<WireResponse> {
  const connection = await Connection.open(port);
  try {
    return await connection.ask({
      ...request,
      headers: [...(request.headers ?? []), ['Connection', 'close']],
    });
  } finally {
    connection.close();
  }
}

/** Sends raw bytes on one connection; returns the responses to `methods` that arrive before it ends. */
export async function askRaw(
  port: number,
  bytes: string | Buffer,
  methods: readonly string[],
): Promise<WireResponse[]> {
  const connection = await Connection.open(port);
  const responses: WireResponse[] = [];
  try {
    connection.send(Buffer.from(bytes as string, 'latin1'));
    for (const method of methods) responses.push(await connection.receive(method));
  } catch (error) {
    if (!(error instanceof HangUp)) throw error;
  } finally {
    connection.close();
  }
  return responses;
}

/** A connection that sends any bytes; it can be used for several requests. */
class Connection {
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, data]);
      this.#wake();
    });
    socket.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  async ask(request: WireRequest): Promise<WireResponse> {
    const method = request.method ?? 'GET';
    const [head, body] = encode(request);
    this.send(head);
    const interim: number[] = [];
    if (request.expectContinue) {
      const first = await this.receive(method, true);
      if (first.status !== 100) return first;
      interim.push(100);
    }
    if (body.length > 0) this.send(body);
    const response = await this.receive(method);
    return { ...response, interim: [...interim, ...response.interim] };
  }

  /** The next response; with `orInterim`, a 1xx counts as one. */
  async receive(method: string, orInterim = false): Promise<WireResponse> {
    const interim: number[] = [];
    for (;;) {
      const head = await this.#take((buffer) => {
        const end = buffer.indexOf(crlf + crlf);
        return end < 0 ? undefined : end + 4;
      });
      const [statusLine = '', ...lines] = head.toString('latin1').trimEnd().split(crlf);
      const match = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine);
      if (!match) throw new Error(`not a status line: ${JSON.stringify(statusLine)}`);
      const status = Number(match[1]);
      if (status < 200 && status !== 101 && !orInterim) {
        interim.push(status);
        continue;
      }
      const headers = lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
      });
      const one = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1];
      const chunked = /chunked/i.test(one('transfer-encoding') ?? '');
      const gzip = /gzip/i.test(one('content-encoding') ?? '');
      let body: Buffer = Buffer.alloc(0);
      let cut = false;
      const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304;
      if (!bodiless) {
        const length = one('content-length');
        if (chunked) body = await this.#takeChunked();
        else if (length === undefined) body = await this.#takeRest();
        else {
          body = await this.#takeUpTo(Number(length));
          cut = body.length < Number(length);
        }
      }
      if (gzip && body.length > 0) body = gunzipSync(body);
      return { interim, status, reason: match[2] ?? '', headers, body, chunked, gzip, cut };
    }
  }

  async #takeChunked(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    const line = (buffer: Buffer) => {
      const end = buffer.indexOf(crlf);
      return end < 0 ? undefined : end + 2;
    };
    for (;;) {
      const size = Number.parseInt((await this.#take(line)).toString('latin1'), 16);
      if (Number.isNaN(size)) throw new Error('not a chunk size');
      if (size === 0) break;
      pieces.push((await this.#take(() => size + 2)).subarray(0, size));
    }
    while ((await this.#take(line)).length > 2);
    return Buffer.concat(pieces);
  }

  /** Takes as many bytes as `measure` returns, once they have arrived. */
  async #take(measure: (buffer: Buffer) => number | undefined): Promise<Buffer> {
    for (;;) {
      const size = measure(this.#buffer);
      if (size !== undefined && this.#buffer.length >= size) {
        const taken = this.#buffer.subarray(0, size);
        this.#buffer = this.#buffer.subarray(size);
        return taken;
      }
      if (this.#ended || this.#failure) {
        throw new HangUp(
          `the server hung up after ${JSON.stringify(this.#buffer.toString('latin1', 0, 200))}`,
          { cause: this.#failure },
        );
      }
      await this.#more();
    }
  }

  async #takeUpTo(size: number): Promise<Buffer> {
    while (this.#buffer.length < size && !this.#ended && !this.#failure) await this.#more();
    return this.#take(() => Math.min(size, this.#buffer.length));
  }

  async #takeRest(): Promise<Buffer> {
    while (!this.#ended && !this.#failure) await this.#more();
    return this.#take((buffer) => buffer.length);
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Silence(`no answer within ${RESPONSE_TIMEOUT_MS} ms`)),
        RESPONSE_TIMEOUT_MS,
      );
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function encode(request: WireRequest): [head: Buffer, body: Buffer] {
  const body = request.chunks
    ? Buffer.concat([...request.chunks.map(chunk), Buffer.from(`0${crlf}${crlf}`)])
    : bytesOf(request.body ?? '');
  const headers = [...(request.headers ?? [])];
  const has = (name: string) => headers.some(([key]) => key.toLowerCase() === name);
  // A constant host, not the server's own address, so that an app that uses it answers the same on every server.
  if (!has('host') && request.version !== '1.0') headers.unshift(['Host', 'api.example']);
  if (request.expectContinue) headers.push(['Expect', '100-continue']);
  if (request.chunks) headers.push(['Transfer-Encoding', 'chunked']);
  else if (request.body !== undefined && !has('content-length')) {
    headers.push(['Content-Length', String(body.length)]);
  }
  const lines = [
    `${request.method ?? 'GET'} ${request.path} HTTP/${request.version ?? '1.1'}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return [Buffer.from(lines.join(crlf) + crlf + crlf, 'latin1'), body];
}

function chunk(piece: string | Buffer): Buffer {
  const bytes = bytesOf(piece);
  return Buffer.concat([Buffer.from(bytes.length.toString(16) + crlf), bytes, Buffer.from(crlf)]);
}

function bytesOf(data: string | Buffer): Buffer {
  return typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
}
