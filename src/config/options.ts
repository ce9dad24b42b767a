import { clusterOptions } from './cluster-options.js';
import {
  boolean,
  bytes,
  duration,
  file,
  host,
  integer,
  integerOrAuto,
  matching,
  oneOf,
  port,
  program,
  workers,
} from './kinds.js';
import { inCluster, type Option, option, planning, serving } from './option.js';
import { securityOptions } from './security-options.js';

/**
 * The one table of options. Flags, environment variables, the keys of `penstock.yaml`, their validation, the help
 * and `docs/configuration.md` all come from here.
 */

export { type CommandName, type Option, optionGroups } from './option.js';

const listening = ['serve', 'dev', 'doctor'] as const;
const loading = ['serve', 'dev', 'routes', 'doctor', 'image', ...planning] as const;

/** Bytes: more than any machine has. */
const mostMemory = 2 ** 50;

export const options = {
  host: option({
    kind: host(),
    default: '127.0.0.1',
    summary: 'Address that the public server listens on.',
    details: 'Use `0.0.0.0` (or `::`) to be reached from other machines, as in a container.',
    group: 'server',
    commands: listening,
  }),
  port: option({
    kind: port(),
    default: '8000',
    summary: 'Port of the public server; 0 takes any free one.',
    group: 'server',
    commands: listening,
  }),
  'admin-host': option({
    kind: host(),
    default: '127.0.0.1',
    summary: 'Address that the admin server (health, metrics, status, dashboard) listens on.',
    details:
      'Beyond this machine it needs a token, or `admin-open`. In Kubernetes, where probes come from outside the pod, `0.0.0.0` is needed.',
    group: 'server',
    commands: listening,
  }),
  'admin-port': option({
    kind: port(),
    default: '9000',
    summary: 'Port of the admin server; 0 takes any free one.',
    group: 'server',
    commands: listening,
  }),

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
    kind: bytes({ min: 0, max: mostMemory }),
    default: '0',
    summary: 'A worker is replaced when it has more memory than this; 0 never.',
    details:
      'Its PSS counts, in which memory that workers share counts in parts. It is replaced as with `max-worker-requests`. Only on Linux.',
    group: 'pool',
    commands: serving,
  }),
  'worker-memory-limit': option({
    kind: bytes({ min: 0, max: mostMemory }),
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

  timeout: option({
    kind: duration({ min: 1 }),
    default: '60s',
    summary: 'Deadline of a request, time in the queue included; past it the client gets 504.',
    group: 'requests',
    commands: [...serving, ...planning],
  }),
  'queue-limit': option({
    kind: integer({ min: 0, max: 1_000_000 }),
    default: '0',
    defaultNote: '10 for each worker at most, and at least 64',
    summary:
      'Requests that may wait for a worker; beyond it they get 503. 0 chooses by the number of workers.',
    group: 'requests',
    commands: serving,
  }),
  'body-limit': option({
    kind: bytes(),
    default: '100mb',
    summary: 'Largest body of a request; a larger one gets 413.',
    group: 'requests',
    commands: serving,
  }),
  'body-memory': option({
    kind: bytes({ min: 1024 }),
    default: '512mb',
    summary: 'Memory for the bodies of all requests that wait or run; a request beyond it gets 503.',
    details: 'Bodies of less than 16 KB are not counted: the number of connections bounds them.',
    group: 'requests',
    commands: serving,
  }),
  'response-limit': option({
    kind: bytes(),
    default: '100mb',
    summary: 'Largest body of a response.',
    group: 'requests',
    commands: serving,
  }),
  'cache-limit': option({
    kind: bytes({ min: 0 }),
    default: '64mb',
    summary: 'Memory for the kept responses of routes with `@cache`; 0 keeps none.',
    details: 'A response that would take more than an eighth of it is not kept.',
    group: 'requests',
    commands: serving,
  }),
  docs: option({
    kind: oneOf('plumber', 'penstock'),
    default: 'plumber',
    summary: "The page at /__docs__/ of a plumber API: plumber's own, or Penstock's.",
    details:
      "Both show the app's own specification and can be tried out. `penstock` is answered without R and shows deadlines, batching and caching of routes. An app that turns its documentation off has neither.",
    group: 'requests',
    commands: serving,
  }),
  'form-json': option({
    kind: boolean(),
    default: 'true',
    summary: 'Read a body that is labelled as a form but is one valid JSON object or array as JSON.',
    negated: 'Read a body that is labelled as a form as a form, even when it is valid JSON.',
    details:
      "`curl --data '{…}'` labels everything as a form. Plain plumber would find no arguments in it; off gives its behaviour.",
    group: 'requests',
    commands: serving,
  }),
  'retry-safe': option({
    kind: boolean(),
    default: 'false',
    summary: 'Run a GET, HEAD or OPTIONS request once more on another worker when its worker died.',
    details:
      'Off, such a request gets 502, as every other. Turn it on when these requests change nothing in your app.',
    group: 'requests',
    commands: serving,
  }),

  'max-connections': option({
    kind: integer({ min: 0, max: 1_000_000 }),
    default: '10000',
    summary: 'Connections held open at once; more get 503 and are closed as they come. 0 sets no limit.',
    details:
      'Each takes a file descriptor. There are never more than the limit of open files (`ulimit -n`) leaves room for, besides what the gateway and its workers need.',
    group: 'connections',
    commands: serving,
  }),
  'max-connections-per-client': option({
    kind: integer({ min: 0, max: 1_000_000 }),
    default: '0',
    summary: 'Connections held open at once from one address; more get 429 and are closed. 0 sets no limit.',
    details: 'Behind a load balancer all connections come from its address: set the limit there.',
    group: 'connections',
    commands: serving,
  }),
  'header-limit': option({
    kind: bytes({ min: 1024, max: 16 * 1024 ** 2 }),
    default: '64kb',
    summary: 'Largest head of a request (its first line and headers); a larger one gets 431.',
    group: 'connections',
    commands: serving,
  }),
  'header-timeout': option({
    kind: duration({ min: 1 }),
    default: '10s',
    summary: 'How long the head of a request may take to arrive.',
    group: 'connections',
    commands: serving,
  }),
  'body-timeout': option({
    kind: duration({ min: 1 }),
    default: '60s',
    summary: 'How long the body of a request may take to arrive.',
    group: 'connections',
    commands: serving,
  }),
  'keep-alive-timeout': option({
    kind: duration({ min: 1 }),
    default: '75s',
    summary: 'How long a connection is kept open between requests.',
    details:
      'Keep it longer than that of a load balancer in front (60 s is common), or it may use a closed one.',
    group: 'connections',
    commands: serving,
  }),

  ...securityOptions,

  'drain-delay': option({
    kind: duration(),
    default: '0s',
    summary: 'After the signal to stop: report not ready, but go on accepting requests for so long.',
    details:
      'Gives load balancers time to notice. In Kubernetes 5s to 10s avoids refused connections in a rolling update.',
    group: 'lifecycle',
    commands: serving,
  }),
  'shutdown-timeout': option({
    kind: duration(),
    default: '30s',
    summary: 'How long running requests have to finish at a stop.',
    group: 'lifecycle',
    commands: serving,
  }),

  'log-format': option({
    kind: oneOf('pretty', 'json'),
    defaultNote: 'pretty on a terminal, json otherwise',
    summary: 'How the log is written.',
    group: 'log',
    commands: serving,
  }),
  'log-level': option({
    kind: oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    summary: 'The least severe messages that are logged.',
    group: 'log',
    commands: serving,
  }),
  'access-log': option({
    kind: boolean(),
    default: 'true',
    summary: 'Log a line for each request.',
    negated: 'Do not log requests.',
    group: 'log',
    commands: serving,
  }),
  'otlp-endpoint': option({
    kind: matching(/^https?:\/\/\S+$/, 'url', 'an http:// or https:// address'),
    defaultNote: 'OTEL_EXPORTER_OTLP_ENDPOINT; traces are off without either',
    summary: 'An OpenTelemetry collector to send traces to, by OTLP over HTTP: http://127.0.0.1:4318.',
    details:
      '[monitoring.md](monitoring.md#traces) says what is sent, and which variables of OpenTelemetry hold.',
    group: 'log',
    commands: serving,
  }),
  'slow-request': option({
    kind: duration({ min: 1 }),
    default: '1s',
    summary: 'A request that takes longer is counted as slow, and listed on the dashboard.',
    group: 'log',
    commands: serving,
  }),

  ...clusterOptions,

  config: option<string>({
    kind: file(),
    defaultNote: 'penstock.yaml next to the app, else in the working directory, if there is one',
    summary: 'The configuration file.',
    group: 'setup',
    commands: [...loading, ...inCluster],
    inFile: false,
  }),
} as const;

export type OptionName = keyof typeof options;

export const optionNames = Object.keys(options) as OptionName[];

/** The environment variable of an option: `admin-port` is `PENSTOCK_ADMIN_PORT`. */
export function variableOf(name: OptionName): string {
  return `PENSTOCK_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Variables that are nobody's business but the gateway's: R does not get them. */
export const secretVariables: readonly string[] = optionNames
  .filter((name) => (options[name] as Option<unknown>).kind.secret)
  .map(variableOf);

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;
type ValueOf<O> = O extends Option<infer T> ? T : never;

/** The field of an option in the configuration: `admin-port` is `adminPort`. */
export function fieldOf<N extends OptionName>(name: N): Camel<N> {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as Camel<N>;
}

/** What every option came to, after reading flags, environment and file. */
export type OptionValues = {
  readonly [N in Exclude<OptionName, 'config'> as Camel<N>]: ValueOf<(typeof options)[N]>;
} & {
  /** The configuration file that was read. */
  readonly config: string | undefined;
};
