import type { IncomingMessage } from 'node:http';
import type { RepairName } from '../../config/repair-names.js';
import type { Reply } from '../../http/reply.js';
import type { LaneRequest } from '../lane.js';
import type { Revision } from '../revised-lane.js';
import { repairedDisposition } from './attachment.js';
import { unbracketed } from './bracketed-names.js';
import { withRequestFault } from './request-fault.js';

const FORM = /^application\/x-www-form-urlencoded\b/i;
const MULTIPART = /^multipart\/form-data\b/i;
/** plumber takes the quotes for a part of the boundary. Unquoted, it may contain no character that ends it. */
const QUOTED_BOUNDARY = /(;\s*boundary=)"([^"\s;,]+)"/i;

/** What the repairs change in requests and replies, in both lanes. `r/repairs.R` does what only R can. */
export function repairs(names: readonly RepairName[]): Revision {
  const on = (name: RepairName) => names.includes(name);
  return {
    request: (request) => {
      if (on('boundaries')) unquoteBoundary(request.http);
      return on('arrays') ? withoutBrackets(request) : request;
    },
    reply: (reply, request) => {
      const named = on('filenames') ? withEncodedFilename(reply) : reply;
      return withRequestFault(named, request.id);
    },
  };
}

function unquoteBoundary({ headers, rawHeaders }: IncomingMessage): void {
  const type = headers['content-type'];
  if (type === undefined || !MULTIPART.test(type) || !QUOTED_BOUNDARY.test(type)) return;
  const repaired = type.replace(QUOTED_BOUNDARY, '$1$2');
  headers['content-type'] = repaired;
  const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type');
  rawHeaders[at + 1] = repaired;
}

function withoutBrackets(request: LaneRequest): LaneRequest {
  const { body, http } = request;
  const [path = '', ...query] = http.url!.split('?');
  if (query.length > 0) http.url = `${path}?${unbracketed(query.join('?'))}`;
  if (body === undefined || !FORM.test(http.headers['content-type'] ?? '')) return request;
  return { ...request, body: Buffer.from(unbracketed(body.toString('latin1')), 'latin1') };
}

function withEncodedFilename(reply: Reply): Reply {
  const headers = reply.headers.map(([name, value]): [string, string] => [
    name,
    name.toLowerCase() === 'content-disposition' ? repairedDisposition(value) : value,
  ]);
  return { ...reply, headers };
}
