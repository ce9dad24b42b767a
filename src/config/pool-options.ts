import { bytes, duration, integer, integerOrAuto, oneOf, program, workers } from './kinds.js';
import { listening, loading, MOST_MEMORY, option, planning, serving } from './option.js';

/** The options of the R processes: how many, how they come to be, what they may take, and when they are replaced. */
export const poolOptions = {
  workers: option({
    kind: workers(),
    default: 'auto',
    summary: 'R processes: a number, a range min..max that grows and shrinks with the load, or auto.',
    details:
      "`auto` is one for each CPU that Penstock may use (a container's CPU limit counts), and at least 2. An app that keeps state in its process needs `1`.",
    group: 'pool',
    commands: [...listening, ...planning],
  }),
  preload: option({
    kind: oneOf('auto', 'on', 'off'),
    default: 'auto',
    summary: 'Whether the app is loaded once, and the workers are forked from that process.',
    details:
      'A forked worker is ready in milliseconds and shares the memory of what was loaded. Loading the app must not start threads or open connections, which a fork does not copy: `auto` looks for that, and lets each worker load the app itself where it finds something; the log says which and why. `on` forks in any case, `off` never. Only on Linux. [preload.md](preload.md) has the rest.',
    group: 'pool',
    commands: serving,
  }),
  lane: option({
    kind: oneOf('auto', 'plumber'),
    default: 'auto',
    summary:
      "How requests are executed: the fast lane where it is proven (auto), or always plumber's router.",
    details: '`penstock routes` shows the lane of each route and the reason.',
    group: 'pool',
    commands: ['serve', 'dev', 'routes'],
  }),
  'idle-timeout': option({
    kind: duration({ min: 1000 }),
    default: '60s',
    summary: 'A worker above the least number stops after it had nothing to do for so long.',
    group: 'pool',
    commands: serving,
  }),
  'max-worker-requests': option({
    kind: integer({ min: 0, max: 1_000_000_000 }),
    default: '0',
    summary: 'A worker is replaced when it has answered so many requests, or up to a fifth more; 0 never.',
    details:
      'Against memory that an app loses with each request. A worker goes when its successor is ready, between two requests, and one at a time.',
    group: 'pool',
    commands: serving,
  }),
  'max-worker-memory': option({
    kind: bytes({ min: 0, max: MOST_MEMORY }),
    default: '0',
    summary: 'A worker is replaced when it has more memory than this; 0 never.',
    details:
      'Its PSS counts, in which memory that workers share counts in parts. It is replaced as with `max-worker-requests`. Only on Linux.',
    group: 'pool',
    commands: serving,
  }),
  'worker-memory-limit': option({
    kind: bytes({ min: 0, max: MOST_MEMORY }),
    default: '0',
    summary: 'A worker that has more memory than this is killed, in the middle of a request too; 0 never.',
    details:
      'What it was running gets 502. Set it so that all workers together fit into the machine or container, whose own limit would hit any process. Looked at twice a second. Only on Linux.',
    group: 'pool',
    commands: serving,
  }),
  'load-timeout': option({
    kind: duration({ min: 1000 }),
    default: '2m',
    summary: 'How long one worker may take to start and load the app.',
    group: 'pool',
    commands: ['serve', 'dev', 'routes', ...planning],
  }),
  'reserved-workers': option({
    kind: integerOrAuto({ max: 1024 }),
    default: 'auto',
    summary: 'Workers that slow routes leave to short requests; 0 keeps none.',
    details:
      '`auto` is a quarter of them, and at least one of several. None are kept while nothing but slow routes has been asked for in the last minute. [annotations.md](annotations.md#a-share-of-the-workers) says more.',
    group: 'pool',
    commands: serving,
  }),
  'short-time': option({
    kind: duration({ min: 1 }),
    default: '500ms',
    summary: 'Requests are short when their route takes less than this, going by what it has taken so far.',
    group: 'pool',
    commands: serving,
  }),
  'interrupt-grace': option({
    kind: duration(),
    default: '2s',
    summary: 'How long an interrupted R call has to come back before its worker is killed and replaced.',
    group: 'pool',
    commands: serving,
  }),
  rscript: option({
    kind: program(),
    default: 'Rscript',
    summary: 'The Rscript to run.',
    details: 'A name is looked up in PATH.',
    group: 'pool',
    commands: loading,
  }),
};
