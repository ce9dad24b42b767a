import { type ErrorCode, PenstockError } from '../../errors.js';
import { errorBody } from '../../http/error-reply.js';
import type { Reply } from '../../http/reply.js';
import { withBody } from '../plumber/plumber-error.js';

const FAULT_TYPE = 'application/vnd.penstock.fault';

/** Turns what R answers to a request that it cannot serve as it is (`r/repairs.R`) into the client's response. */
export function withRequestFault(reply: Reply, id: string): Reply {
  const type = reply.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (type !== FAULT_TYPE) return reply;
  const [code = '', ...detail] = reply.body!.toString('utf8').split('\n');
  const error = new PenstockError(code as ErrorCode, detail.join('\n'));
  return withBody(reply, error.entry.status!, 'application/json', errorBody(error, id));
}
