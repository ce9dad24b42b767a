import { timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { extname } from 'node:path';
import type { StaticPath } from '../../app/manifest.js';
import type { Reply } from '../../http/reply.js';
import { hasBody } from '../../http/request-body.js';
import { pathOf } from '../app-routes.js';

/** Where httpuv's table of types differs from that of the package `mime`; undefined for an extension that it lacks. */
const OWN_TYPES = new Map<string, string | undefined>([
  ['.map', undefined],
  ['.log', undefined],
  ['.bz2', undefined],
  ['.yaml', 'application/yaml'],
  ['.yml', 'application/yaml'],
  ['.rss', 'application/x-rss+xml'],
  ['.wav', 'audio/x-wav'],
]);

/** Headers of a file that a response without a body may have (RFC 7232, 4.1). */
const NOT_MODIFIED_HEADERS = new Set(['Cache-Control', 'Content-Location', 'ETag', 'Expires', 'Vary']);

/**
 * The files that httpuv would serve from the app's `staticPaths` without asking R, by the rules of its
 * `RWebApplication::staticFileResponse()`.
 */
export class StaticFiles {
  readonly #paths: ReadonlyMap<string, StaticPath>;

  constructor(paths: readonly StaticPath[]) {
    this.#paths = new Map(paths.map((path) => [path.at, path]));
  }

  /** The reply to a request; undefined if R answers it. */
  find(request: IncomingMessage): Promise<Reply | undefined> | undefined {
    if (this.#paths.size === 0 || request.headers.upgrade !== undefined) return undefined;
    const path = decoded(pathOf(request.url!));
    const match = this.#match(path);
    if (match === undefined || match.place.exclude) return undefined;
    return reply(request, path, match);
  }

  /** The longest path that the URL's starts with. */
  #match(url: string): Match | undefined {
    if (url.includes('\\')) return undefined;
    const path = url.length > 1 && url.endsWith('/') ? url.slice(0, -1) : url;
    let [before, rest, end] = [path, '', path.length];
    for (;;) {
      const place = this.#paths.get(before);
      if (place !== undefined) return { place, rest };
      if (before === '/') return undefined;
      end = path.lastIndexOf('/', end - 1);
      before = path.slice(0, end) || '/';
      rest = path.slice(end + 1);
    }
  }
}

interface Match {
  readonly place: StaticPath;
  /** The path of the file in the folder. */
  readonly rest: string;
}

async function reply(
  request: IncomingMessage,
  path: string,
  { place, rest }: Match,
): Promise<Reply | undefined> {
  if (!isValid(request, place.validation)) return errorReply(403);
  const { method } = request;
  if ((method !== 'GET' && method !== 'HEAD') || hasBody(request)) return errorReply(400);
  const missing = (status: number) => (place.fallthrough ? undefined : errorReply(status));
  if (path.includes('/../') || path.endsWith('/..')) return missing(400);
  const found = await fileAt(rest === '' ? place.folder : `${place.folder}/${rest}`, place.index);
  if (found === undefined) return missing(404);
  const { file, modified, size } = found;
  if (isFresh(request, modified)) {
    return {
      status: 304,
      headers: place.headers.flatMap(([name, value]) =>
        NOT_MODIFIED_HEADERS.has(name) ? [[name, value]] : [],
      ),
    };
  }
  const headers: [string, string][] = [
    ...place.headers.map(([name, value]): [string, string] => [name, value]),
    ['Content-Type', await typeOf(file, place.charset)],
    ['Last-Modified', new Date(modified * 1000).toUTCString()],
  ];
  if (method === 'HEAD') return { status: 200, headers: [...headers, ['Content-Length', String(size)]] };
  return { status: 200, headers, file };
}

/** The regular file at a path, or the index of the folder there. Its time is in seconds. */
async function fileAt(
  path: string,
  index: boolean,
): Promise<{ file: string; modified: number; size: number } | undefined> {
  const file = path.replace(/\/+$/, '');
  const stats = await stat(file).catch(() => undefined);
  if (stats?.isDirectory()) return index ? fileAt(`${file}/index.html`, false) : undefined;
  if (stats?.isFile() !== true) return undefined;
  return { file, modified: Math.floor(stats.mtimeMs / 1000), size: stats.size };
}

async function typeOf(file: string, charset: string): Promise<string> {
  const { default: mime } = await import('mime'); // its tables take as long to load as an HTTP server
  const extension = extname(file);
  const type = OWN_TYPES.has(extension) ? OWN_TYPES.get(extension) : mime.getType(extension);
  if (type === 'text/html' && charset !== '') return `text/html; charset=${charset}`;
  return type ?? 'application/octet-stream';
}

/** httpuv has no ETags: a client that sends one has it from the gateway, which compares it when it sends the file. */
function isFresh({ headers }: IncomingMessage, modified: number): boolean {
  if (headers['if-none-match'] !== undefined) return false;
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && modified <= since / 1000;
}

/** @param validation "==", the name of a header, and its value; empty for none */
function isValid({ headers }: IncomingMessage, validation: readonly string[]): boolean {
  if (validation.length === 0) return true;
  const [, name = '', wanted = ''] = validation;
  const given = headers[name.toLowerCase()];
  if (typeof given !== 'string') return false;
  const [one, other] = [Buffer.from(given, 'latin1'), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function errorReply(status: number): Reply {
  return { status, headers: [], body: Buffer.from(`${status} ${STATUS_CODES[status]}\n`) };
}

/** Decodes a path as httpuv does: what is no code stays as it is. */
function decoded(path: string): string {
  const bytes = path.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
