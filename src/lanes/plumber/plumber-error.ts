import type { Reply } from '../../http/reply.js';

const BODY = '{"error":"500 - Internal server error"';

/** Whether a reply is that of plumber's own error handler, which says nothing about the error. */
export function isPlumberError({ body, status }: Reply): boolean {
  return status === 500 && body?.toString('latin1', 0, BODY.length) === BODY;
}

/** A reply with another body. The other headers of the app, such as those for CORS, stay. */
export function withBody(reply: Reply, status: number, type: string, text: string): Reply {
  const others = reply.headers.filter(([name]) => !/^content-(type|length)$/i.test(name));
  return { ...reply, status, headers: [...others, ['Content-Type', type]], body: Buffer.from(text) };
}
