import type { IncomingMessage } from 'node:http';
import type { Reply } from '../../http/reply.js';
import { isPlumberError, withBody } from '../../lanes/plumber/plumber-error.js';
import type { Revision } from '../../lanes/revised-lane.js';
import type { Failures, RError } from '../../observe/failures.js';
import { errorPage } from './error-page.js';
import { isNavigation } from './navigation.js';

/** Under `penstock dev`: where plumber would only answer that R has failed, shows R's error. */
export function shownErrors(failures: Failures): Revision {
  return {
    reply: (reply, { http, id }) => {
      const error = failures.of(id);
      return error === undefined || !isPlumberError(reply) ? reply : shown(reply, error, http);
    },
  };
}

/** R's error for a person in a browser, or for a program. */
function shown(reply: Reply, error: RError, request: IncomingMessage): Reply {
  const { call, calls, file, line, message } = error;
  if (!isNavigation(request)) {
    const body = JSON.stringify({ error: '500 - Internal server error', message, call, calls, file, line });
    return withBody(reply, 500, 'application/json', body);
  }
  const page = errorPage({
    title: 'R failed',
    message: calls.length === 0 ? message : `${message}\n\n${calls.join('\n')}`,
    place: file === undefined || line === undefined ? undefined : { file, line },
    footer: 'penstock dev shows this instead of the answer of plumber, which does not contain the error.',
  });
  return withBody(reply, 500, 'text/html; charset=utf-8', page);
}
