import { clusterOptions } from './cluster-options.js';
import { boolean, bytes, duration, file, host, integer, matching, oneOf, port } from './kinds.js';
import { inCluster, listening, loading, type Option, option, planning, serving } from './option.js';
import { poolOptions } from './pool-options.js';
import { securityOptions } from './security-options.js';

/**
 * The one table of options. Flags, environment variables, the keys of `penstock.yaml`, their validation, the help
 * and `docs/configuration.md` all come from here.
 */

export { type CommandName, type Option, optionGroups } from './option.js';

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

  ...poolOptions,

  timeout: option({
    kind: duration({ min: 1 }),
    default: '60s',
    summary: 'Deadline of a request, time in the queue included; past it the client gets 504.',
    group: 'requests',
    commands: [...serving, ...planning],
  }),
  'queue-limit': option({
    kind: integer({ min: 0, max: 1_000_000 }),
    default: '10000',
    summary: 'Requests that may wait for a worker. Penstock rejects more with 503.',
    details:
      'A bound for memory: a waiting request takes about 10 KB. Before it is reached, Penstock rejects a request that it does not expect to answer within 80 % of its deadline. [reliability.md](reliability.md#overload) says how it estimates that.',
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
