import {
  boolean,
  bytes,
  duration,
  integer,
  integerOrAuto,
  matching,
  oneOf,
  program,
  workers,
} from './kinds.js';
import { listening, loading, MAX_MEMORY_BYTES, option, planning, serving } from './option.js';

/** The options of the workers: how many there are, how they start, their limits, and when they are replaced. */
export const poolOptions = {
  workers: option({
    kind: workers(),
    default: 'auto',
    summary: 'Number of R processes: fixed, a range min..max that follows the load, or auto.',
    details:
      "`auto` is one per CPU that Penstock can use (a container's CPU limit counts), and at least 2, but no more than fit into a container's memory limit (100 MB each, and 160 MB for Penstock). Use `1` for an app that keeps state in its R process.",
    group: 'pool',
    commands: [...listening, ...planning],
  }),
  preload: option({
    kind: oneOf('auto', 'on', 'off'),
    default: 'auto',
    summary: 'Whether to load the app once and fork the workers from that process.',
    details:
      'A forked worker is ready in milliseconds and shares the memory of the loaded app. This requires that loading the app does not start threads or open connections, because a fork does not copy them. `auto` checks for both; if it finds any, each worker loads the app itself. The log shows the choice and the reason. `on` always forks, `off` never does. Linux only. See [preload.md](preload.md).',
    group: 'pool',
    commands: serving,
  }),
  'model-name': option<string | undefined>({
    kind: matching(/^[\w.-]{1,128}$/, 'name', 'a name of letters, digits, `.`, `_` and `-`'),
    defaultNote: 'the name of the file or folder',
    summary: 'Name of the saved model in a folder with only one model.',
    details:
      'KServe puts a model with any file name into a folder, and its clients ask for the InferenceService.',
    group: 'pool',
    commands: ['serve'],
  }),
  lane: option({
    kind: oneOf('auto', 'plumber'),
    default: 'auto',
    summary:
      "How requests are executed: in the direct lane where it gives plumber's answer (auto), or always by plumber's router.",
    details: '`penstock routes` shows the lane of each route, and why.',
    group: 'pool',
    commands: ['serve', 'dev', 'routes'],
  }),
  'idle-timeout': option({
    kind: duration({ min: 1000 }),
    default: '60s',
    summary: 'Workers above the minimum stop after this idle time.',
    group: 'pool',
    commands: serving,
  }),
  'max-worker-requests': option({
    kind: integer({ min: 0, max: 1_000_000_000 }),
    default: '0',
    summary: 'Replace a worker after this many requests, or up to a fifth more. 0: never.',
    details:
      'Limits the effect of memory leaks in the app. Workers are replaced one at a time and between requests, when the new worker is ready.',
    group: 'pool',
    commands: serving,
  }),
  'max-worker-memory': option({
    kind: bytes({ min: 0, max: MAX_MEMORY_BYTES }),
    default: '0',
    summary: 'Replace a worker that uses more memory than this. 0: never.',
    details:
      'Memory is measured as PSS, which divides shared memory among the workers that share it. The worker is replaced as with `max-worker-requests`. Linux only.',
    group: 'pool',
    commands: serving,
  }),
  'worker-memory-limit': option({
    kind: bytes({ min: 0, max: MAX_MEMORY_BYTES }),
    default: '0',
    summary: 'Kill a worker that uses more memory than this, even during a request. 0: never.',
    details:
      'The running request gets 502. Choose the limit so that all workers together fit into the machine or container, because its out-of-memory killer may kill any process. In a container with a memory limit, Penstock also kills the largest worker when 95 % of it is in use. Checked twice a second. Linux only.',
    group: 'pool',
    commands: serving,
  }),
  'load-timeout': option({
    kind: duration({ min: 1000 }),
    default: '2m',
    summary: 'How long a worker may take to start and load the app.',
    group: 'pool',
    commands: ['serve', 'dev', 'routes', 'doctor', ...planning],
  }),
  'reserved-workers': option({
    kind: integerOrAuto({ max: 1024 }),
    default: 'auto',
    summary: 'Number of workers that slow routes leave free for short requests. 0: none.',
    details:
      '`auto` is a quarter of the workers, and at least one if there are several. No workers are reserved if all requests in the last minute were for slow routes. See [annotations.md](annotations.md#limit-the-workers-of-a-route).',
    group: 'pool',
    commands: serving,
  }),
  'short-time': option({
    kind: duration({ min: 1 }),
    default: '500ms',
    summary: 'A request is short if its route takes less than this on average.',
    group: 'pool',
    commands: serving,
  }),
  'interrupt-grace': option({
    kind: duration(),
    default: '2s',
    summary: 'How long R may take to return from an interrupt before its worker is killed and replaced.',
    group: 'pool',
    commands: serving,
  }),
  debug: option({
    kind: boolean(),
    default: 'false',
    summary: 'Run one R process in the terminal, so that browser() and debug() in a handler work.',
    details:
      'What R prints goes to the terminal instead of the log, and requests have no deadline. See [reliability.md](reliability.md#develop-with-penstock-dev).',
    group: 'pool',
    commands: ['dev'],
    inFile: false,
  }),
  rscript: option({
    kind: program(),
    default: 'Rscript',
    summary: 'Rscript program to run.',
    details: 'A plain name is looked up in PATH.',
    group: 'pool',
    commands: loading,
  }),
};
