import { PenstockError } from '../errors.js';
import type { Target } from './target.js';

/** The request that a load test repeats. */
export interface Question {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** The flags that describe the request. */
export interface QuestionFlags {
  readonly path: string | undefined;
  readonly method: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

interface Operation {
  readonly parameters?: readonly { readonly required?: boolean }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly example?: unknown }>> };
}

/** The request for a target: from the flags, or from the app's OpenAPI specification. */
export async function questionFor(target: Target, flags: QuestionFlags): Promise<Question> {
  const { body, headers, method, path } = flags;
  const json = body !== undefined && /^\s*[[{]/.test(body.toString('latin1', 0, 64));
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const asked = {
    method: (method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase(),
    headers: { ...(json && !typed && { 'Content-Type': 'application/json' }), ...headers },
    body,
  };
  if (path !== undefined) return { ...asked, url: new URL(path, target.url) };
  if (!target.served) return { ...asked, url: new URL(target.url) };
  const found = await exampleOf(target);
  if (found === undefined) {
    throw new PenstockError(
      'usage',
      `Add --path: ${target.name} has no endpoint that can be called without parameters.`,
    );
  }
  return { ...found, headers: { ...found.headers, ...headers } };
}

/** A prediction for a saved model, otherwise the first `GET` endpoint without required parameters. */
async function exampleOf({ url }: Target): Promise<Question | undefined> {
  const response = await fetch(new URL('openapi.json', url));
  if (!response.ok) return undefined;
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, Operation>> };
  const example = paths['/predict']?.post?.requestBody?.content?.['application/json']?.example;
  if (example !== undefined) {
    const headers = { 'Content-Type': 'application/json' };
    return {
      url: new URL('predict', url),
      method: 'POST',
      headers,
      body: Buffer.from(JSON.stringify(example)),
    };
  }
  const free = Object.entries(paths).find(
    ([path, { get }]) =>
      get !== undefined && !path.includes('{') && !(get.parameters ?? []).some(({ required }) => required),
  );
  if (free === undefined) return undefined;
  return { url: new URL(free[0].slice(1), url), method: 'GET', headers: {}, body: undefined };
}
