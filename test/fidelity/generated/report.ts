import type { WireRequest } from '../../support/http.js';
import { contenders, type Reaction } from './trio.js';

const MAX_BODY_BYTES = 4000;

/** A curl command that repeats the request. */
function curl(request: WireRequest): string {
  const words = ['curl', '-i', '--path-as-is'];
  if (request.method === 'HEAD') words.push('--head');
  else if (request.method !== 'GET') words.push('-X', request.method!);
  const path = /^\//.test(request.path) ? '' : `--request-target ${quoted(request.path)} `;
  words.push(path + quoted(`http://127.0.0.1:8000${path === '' ? request.path : '/'}`));
  for (const [name, value] of request.headers ?? [])
    words.push('-H', quoted(value === '' ? `${name};` : `${name}: ${value}`));
  const body = request.chunks ? Buffer.concat(request.chunks as Buffer[]) : request.body;
  if (request.chunks) words.push('-H', quoted('Transfer-Encoding: chunked'));
  if (body !== undefined) {
    // Otherwise, curl would label the body as a form.
    if (!request.headers?.some(([name]) => name === 'Content-Type'))
      words.push('-H', quoted('Content-Type:'));
    // The command contains only the start of a larger body. The origin repeats the whole request.
    words.push('--data-binary', quoted(body.slice(0, MAX_BODY_BYTES)));
    if (body.length > MAX_BODY_BYTES) words.push(`# of ${body.length} bytes`);
  }
  return words.join(' ');
}

/** In single quotes, or with escapes if it is not plain text. */
function quoted(text: string | Buffer): string {
  const plain = text.toString();
  if (/^[^\p{Cc}'\ufffd]*$/u.test(plain)) return `'${plain}'`;
  const bytes = [...Buffer.from(text as string)].map((byte) => {
    if (byte === 0x27 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte >= 0x20 && byte < 0x7f
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `$'${bytes.join('')}'`;
}

/** Describes a difference: the request, and the reaction of each server. */
export function describeDifference(
  origin: string,
  request: WireRequest,
  reactions: readonly Reaction[],
): string {
  const lines = reactions.map((reaction, i) => `  ${contenders[i]!.padEnd(12)} ${shown(reaction)}`);
  return [origin, `  ${curl(request)}`, ...lines].join('\n');
}

function shown(reaction: Reaction): string {
  if (typeof reaction === 'string') return reaction;
  const body = JSON.stringify(reaction.body.toString('latin1'));
  return `${reaction.status} ${reaction.headers.join(' | ')} ${body.length > 2000 ? `${body.slice(0, 2000)}…` : body}`;
}
