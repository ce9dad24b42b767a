import { bytes } from './kinds.js';
import { MAX_MEMORY_BYTES, option, serving } from './option.js';

/** The options for the sizes of request and response bodies. */
export const bodyOptions = {
  'body-limit': option({
    kind: bytes({ max: MAX_MEMORY_BYTES }),
    default: '100mb',
    summary: 'Maximum size of a request body. Larger bodies get 413.',
    group: 'requests',
    commands: serving,
  }),
  'body-memory': option({
    kind: bytes({ min: 1024 }),
    default: '512mb',
    summary: 'Memory for the bodies of all waiting and running requests. Requests above it get 503.',
    group: 'requests',
    commands: serving,
  }),
  'body-file-size': option({
    kind: bytes(),
    default: '16mb',
    summary:
      'Write request bodies of at least this size to a temporary file, which R reads when it uses the body.',
    details:
      'JSON, forms (`application/x-www-form-urlencoded`) and bodies without a Content-Type always stay in memory. `body-limit` applies to all bodies. See [files.md](files.md#large-uploads).',
    group: 'requests',
    commands: serving,
  }),
  'body-disk': option({
    kind: bytes({ max: MAX_MEMORY_BYTES }),
    default: '1gb',
    summary: 'Maximum disk space for temporary files with request bodies. Requests that exceed it get 503.',
    details:
      'The files are in the folder that TMPDIR names, by default `/tmp`. If a handler uses the parts of a multipart body as files, they take the same space again.',
    group: 'requests',
    commands: serving,
  }),
  'response-limit': option({
    kind: bytes(),
    default: '100mb',
    summary: 'Maximum size of a response body. Larger responses become 500.',
    group: 'requests',
    commands: serving,
  }),
  'response-memory': option({
    kind: bytes({ min: 1024 }),
    default: '512mb',
    summary: 'Memory for responses that their clients have not received yet.',
    details:
      'Above it, Penstock closes the connections of the responses that have waited longest for their clients.',
    group: 'requests',
    commands: serving,
  }),
} as const;
