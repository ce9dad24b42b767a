import type { WireRequest } from '../../support/http.js';
import { contenders, type Reaction } from './trio.js';

const MOST_BODY = 4000;

/** The request as a command to repeat it with. */
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
    // curl would call it a form.
    if (!request.headers?.some(([name]) => name === 'Content-Type'))
      words.push('-H', quoted('Content-Type:'));
    // What is larger stands in nobody's way here; the origin repeats it.
    words.push('--data-binary', quoted(body.slice(0, MOST_BODY)));
    if (body.length > MOST_BODY) words.push(`# of ${body.length} bytes`);
  }
  return words.join(' ');
}

/** In single quotes, or with escapes where it is not plain text. */
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

/** A difference for people: the request, and what each server makes of it. */
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
