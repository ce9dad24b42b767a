import type { Reply } from '../../http/reply.js';

const BODY = '{"error":"500 - Internal server error"';

/** Whether a reply is that of plumber's own error handler, which says nothing about the error. */
export function isPlumberError({ body, status }: Reply): boolean {
  return status === 500 && body?.toString('latin1', 0, BODY.length) === BODY;
}
