import { bodyOptions } from './body-options.js';
import { clusterOptions } from './cluster-options.js';
import { boolean, bytes, duration, file, host, integer, matching, oneOf, port, severalOf } from './kinds.js';
import { inCluster, listening, loading, type Option, option, planning, serving } from './option.js';
import { poolOptions } from './pool-options.js';
import { repairNames } from './repair-names.js';
import { securityOptions } from './security-options.js';

/**
 * All options. Flags, environment variables, the keys of `penstock.yaml`, validation, help and
 * `docs/configuration.md` are generated from this table.
 */

export { type CommandName, type Option, optionGroups } from './option.js';

export const options = {
  host: option({
    kind: host(),
    default: '127.0.0.1',
    summary: 'Address of the public server.',
    details: 'Use `0.0.0.0` (or `::`) to accept connections from other machines, for example in a container.',
    group: 'server',
    commands: listening,
  }),
  port: option({
    kind: port(),
    default: '8000',
    summary: 'Port of the public server. 0: any free port.',
    group: 'server',
    commands: listening,
  }),
  'admin-host': option({
    kind: host(),
    default: '127.0.0.1',
    summary: 'Address of the admin server (health, metrics, status, dashboard).',
    details:
      'If other machines can reach this address, a token or `admin-open` is required. Use `0.0.0.0` in Kubernetes, because probes come from outside the pod.',
    group: 'server',
    commands: listening,
  }),
  'admin-port': option({
    kind: port(),
    default: '9000',
    summary: 'Port of the admin server. 0: any free port.',
    details: 'If you do not set it and 9000 is in use, Penstock uses the next free port.',
    group: 'server',
    commands: listening,
  }),

  ...poolOptions,

  timeout: option({
    kind: duration({ min: 1 }),
    default: '60s',
    summary: 'Deadline of a request, including its time in the queue. After it, the client gets 504.',
    group: 'requests',
    commands: [...serving, ...planning],
  }),
  'queue-limit': option({
    kind: integer({ min: 0, max: 1_000_000 }),
    default: '10000',
    summary: 'Maximum number of requests that wait for a worker. More get 503.',
    details:
      'Limits memory: a waiting request takes about 16 KB, with its connection. Usually Penstock rejects requests earlier, when it does not expect to answer them within 80 % of their deadline. See [reliability.md](reliability.md#overload).',
    group: 'requests',
    commands: serving,
  }),
  'async-requests': option({
    kind: integer({ min: 1, max: 1_000_000 }),
    default: '1000',
    summary:
      'Maximum number of requests per worker that wait for a promise. A worker that has so many gets no more.',
    details:
      'A handler that returns a promise does not keep its worker: the worker runs other requests until the promise is settled. Each of these requests takes memory in R. See [async.md](async.md).',
    group: 'requests',
    commands: serving,
  }),
  'stream-heartbeat': option({
    kind: duration(),
    default: '15s',
    summary: 'Send a comment to the client of a stream of events that has had none for this long. 0s: never.',
    details: 'Keeps proxies from closing the connection. See [streams.md](streams.md).',
    group: 'requests',
    commands: serving,
  }),
  ...bodyOptions,

  'cache-limit': option({
    kind: bytes({ min: 0 }),
    default: '64mb',
    summary: 'Memory for cached responses of routes with `@cache`. 0: no caching.',
    details: 'A response that needs more than an eighth of it is not cached.',
    group: 'requests',
    commands: serving,
  }),
  docs: option({
    kind: oneOf('plumber', 'penstock'),
    default: 'plumber',
    summary: "Documentation page at /__docs__/ of a plumber API: plumber's or Penstock's.",
    details:
      "Both show the app's OpenAPI specification and can send requests. The page of `penstock` is served without R and shows the deadline, batching and caching of each route. An app that turns its documentation off has neither page.",
    group: 'requests',
    commands: serving,
  }),
  'form-json': option({
    kind: boolean(),
    default: 'true',
    summary: 'Parse a body with a form content type as JSON if it is a valid JSON object or array.',
    negated: 'Parse a body with a form content type as a form, even if it is valid JSON.',
    details:
      "`curl --data '{…}'` sends a form content type by default, and plumber alone finds no arguments in such a body. Turn it off to get plumber's behaviour.",
    group: 'requests',
    commands: serving,
  }),
  repairs: option({
    kind: severalOf(...repairNames),
    summary:
      'Repairs of plumber to switch on, separated by commas. By default, responses are those of plumber.',
    details: 'See [coming-from.md](coming-from.md#repairs-of-plumber) for what each of them changes.',
    group: 'requests',
    commands: serving,
  }),
  'retry-safe': option({
    kind: boolean(),
    default: 'false',
    summary: 'Retry a GET, HEAD or OPTIONS request once on another worker if its worker dies.',
    details: 'If off, these requests get 502 like all others. Turn it on if they change nothing in your app.',
    group: 'requests',
    commands: serving,
  }),

  'max-connections': option({
    kind: integer({ min: 0, max: 1_000_000 }),
    default: '10000',
    summary: 'Maximum number of open connections. More get 503 and are closed. 0: no limit.',
    details:
      'Each connection uses a file descriptor. The limit of open files (`ulimit -n`), minus what the gateway and its workers need, also limits the number of connections.',
    group: 'connections',
    commands: serving,
  }),
  'max-connections-per-client': option({
    kind: integer({ min: 0, max: 1_000_000 }),
    default: '0',
    summary:
      'Maximum number of open connections per client: an IPv4 address, or an IPv6 network (/64). More get 429 and are closed. 0: no limit.',
    details: 'Behind a load balancer, all connections come from its address: set the limit there instead.',
    group: 'connections',
    commands: serving,
  }),
  'header-limit': option({
    kind: bytes({ min: 1024, max: 16 * 1024 ** 2 }),
    default: '64kb',
    summary: 'Maximum size of the request line and headers. Larger ones get 431.',
    group: 'connections',
    commands: serving,
  }),
  'header-timeout': option({
    kind: duration({ min: 1 }),
    default: '10s',
    summary: 'How long the request line and headers may take to arrive.',
    group: 'connections',
    commands: serving,
  }),
  'body-timeout': option({
    kind: duration({ min: 1 }),
    default: '60s',
    summary: 'How long the request body may take to arrive.',
    group: 'connections',
    commands: serving,
  }),
  'send-timeout': option({
    kind: duration({ min: 1 }),
    default: '60s',
    summary:
      'How long a client may take to receive the next 64 KB of a response. After it, Penstock closes the connection.',
    group: 'connections',
    commands: serving,
  }),
  'websocket-ping': option({
    kind: duration(),
    default: '30s',
    summary: 'Interval between pings on open WebSockets; 0 for none.',
    details: 'A WebSocket whose client has not answered the last ping is closed.',
    group: 'connections',
    commands: serving,
  }),
  'websocket-buffer': option({
    kind: bytes({ min: 1024 }),
    default: '1MB',
    summary: 'How much data of one WebSocket may wait for R, and for its client.',
    details:
      'Above it, Penstock reads no more from the client until R has caught up, and closes the WebSocket of a client that does not read.',
    group: 'connections',
    commands: serving,
  }),
  'keep-alive-timeout': option({
    kind: duration({ min: 1 }),
    default: '75s',
    summary: 'How long an idle connection stays open between requests.',
    details:
      'Set it higher than the keep-alive timeout of a load balancer in front (often 60 s). Otherwise the load balancer may use a closed connection.',
    group: 'connections',
    commands: serving,
  }),

  ...securityOptions,

  'drain-delay': option({
    kind: duration(),
    default: '0s',
    summary: 'After the stop signal, report not ready but keep accepting requests for this long.',
    details:
      'Gives load balancers time to stop sending requests. In Kubernetes, 5s to 10s avoids refused connections during a rolling update.',
    group: 'lifecycle',
    commands: serving,
  }),
  'stream-drain': option({
    kind: duration(),
    default: '10s',
    summary: 'How long streams may go on after a reload or a stop signal, or when their worker is replaced.',
    details:
      'A stream of events then gets a last event, `close`, and ends; other streams are cut. Limited to 80 % of `shutdown-timeout`.',
    group: 'lifecycle',
    commands: serving,
  }),
  'shutdown-timeout': option({
    kind: duration(),
    default: '30s',
    summary: 'How long running requests and exit hooks may take to finish when the server stops.',
    details:
      'After this time, connections are cut. Exit hooks get two more seconds if requests have taken all of it. The process is gone after five more seconds at most, whatever is open.',
    group: 'lifecycle',
    commands: serving,
  }),

  'log-format': option({
    kind: oneOf('pretty', 'json'),
    defaultNote: '`pretty` on a terminal, otherwise `json`',
    summary: 'Format of the log.',
    group: 'log',
    commands: serving,
  }),
  'log-level': option({
    kind: oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    summary: 'Minimum level of logged messages.',
    group: 'log',
    commands: serving,
  }),
  'access-log': option({
    kind: boolean(),
    default: 'true',
    summary: 'Log each request.',
    negated: 'Do not log requests.',
    group: 'log',
    commands: serving,
  }),
  'otlp-endpoint': option({
    kind: matching(/^https?:\/\/\S+$/, 'url', 'an http:// or https:// URL'),
    defaultNote: 'OTEL_EXPORTER_OTLP_ENDPOINT; without either, no traces are sent',
    summary: 'OpenTelemetry collector that receives traces by OTLP over HTTP, such as http://127.0.0.1:4318.',
    details:
      '[monitoring.md](monitoring.md#traces) describes the spans and the supported OpenTelemetry variables.',
    group: 'log',
    commands: serving,
  }),
  'slow-request': option({
    kind: duration({ min: 1 }),
    default: '1s',
    summary: 'Requests that take longer count as slow and are listed on the dashboard.',
    group: 'log',
    commands: serving,
  }),

  ...clusterOptions,

  config: option<string>({
    kind: file(),
    defaultNote:
      "penstock.yaml in the app's folder, in the project above it, or in the working directory: the first of them",
    summary: 'Configuration file.',
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

/** Variables with secrets, which are not passed on to R. */
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

/** The value of every option, from flags, environment, file and defaults. */
export type OptionValues = {
  readonly [N in Exclude<OptionName, 'config'> as Camel<N>]: ValueOf<(typeof options)[N]>;
} & {
  /** The configuration file that was read. */
  readonly config: string | undefined;
};
