import type { IncomingMessage } from 'node:http';
import type { RepairName } from '../../config/repair-names.js';
import { PenstockError } from '../../errors.js';
import { errorBody } from '../../http/error-reply.js';
import type { Reply } from '../../http/reply.js';
import type { LaneRequest } from '../lane.js';
import { isPlumberError, withBody } from '../plumber/plumber-error.js';
import type { Revision } from '../revised-lane.js';
import { repairedDisposition } from './attachment.js';
import { unbracketed } from './bracketed-names.js';

const FORM = /^application\/x-www-form-urlencoded\b/i;
const JSON_TYPE = /^(application|text)\/json\b/i;
const MULTIPART = /^multipart\/form-data\b/i;
/** plumber takes the quotes for a part of the boundary. Unquoted, it may contain no character that ends it. */
const QUOTED_BOUNDARY = /(;\s*boundary=)"([^"\s;,]+)"/i;

/** What the repairs change in requests and replies, in both lanes. */
export function repairs(names: readonly RepairName[]): Revision {
  const on = (name: RepairName) => names.includes(name);
  return {
    request: (request) => {
      if (on('boundaries')) unquoteBoundary(request.http);
      return on('arrays') ? withoutBrackets(request) : request;
    },
    reply: (reply, request) => {
      const named = on('filenames') ? withEncodedFilename(reply) : reply;
      return on('bodies') ? withReason(named, request) : named;
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

/** Answers with 400 and a reason if R has failed for a body that is not what its type says. */
function withReason(reply: Reply, { body, http, id }: LaneRequest): Reply {
  if (body === undefined || !isPlumberError(reply)) return reply;
  const error = bodyFault(body, http.headers['content-type'] ?? '');
  if (error === undefined) return reply;
  return withBody(reply, 400, 'application/json', errorBody(error, id));
}

function bodyFault(body: Buffer, type: string): PenstockError | undefined {
  if (MULTIPART.test(type) && !/;\s*boundary=/i.test(type)) {
    return new PenstockError('bad_request', 'The Content-Type of a multipart body must name its boundary.');
  }
  if (!JSON_TYPE.test(type)) return undefined;
  try {
    JSON.parse(body.toString('utf8'));
    return undefined;
  } catch (error) {
    return new PenstockError('body_not_json', `${(error as Error).message}.`);
  }
}
