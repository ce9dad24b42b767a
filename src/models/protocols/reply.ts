import type { Reply } from '../../http/reply.js';

/** An answer whose body is this JSON text. */
export function jsonReply(json: string, status = 200): Reply {
  return textReply('application/json', json, status);
}

function textReply(type: string, text: string, status = 200): Reply {
  return { status, headers: [['Content-Type', type]], body: Buffer.from(text) };
}
