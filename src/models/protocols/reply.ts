import type { Reply } from '../../http/reply.js';

export function jsonReply(json: string, status = 200): Reply {
  return { status, headers: [['Content-Type', 'application/json']], body: Buffer.from(json) };
}
