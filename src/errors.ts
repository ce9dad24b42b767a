/**
 * Every error that Penstock itself reports.
 *
 * Known errors print message, code and hint, without a stack. Everything else is a bug and prints its stack.
 * `docs/errors.md` is generated from this table.
 */

/** What happened, what to do about it, and the HTTP status or exit code. */
export interface ErrorEntry {
  /** HTTP status of errors that answer a request. Errors with neither a status nor an exit code close a connection. */
  readonly status?: number;
  /** Exit code of errors that end a command: 1 failed, 2 invalid usage. */
  readonly exit?: 1 | 2;
  /** What happened, for a reader who does not know how Penstock works. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

export const errorCatalogue = {
  usage: {
    exit: 2,
    message: 'Invalid command line.',
    hint: 'Run `penstock --help` to see the commands and their options.',
  },
  platform_unsupported: {
    exit: 1,
    message: 'Penstock does not run on this system.',
    hint: 'On Windows, install WSL 2 with `wsl --install`, and use Penstock there: it is Linux.',
  },
  config_invalid: {
    exit: 2,
    message: 'Invalid configuration.',
    hint: 'Fix the options named above. `penstock help configuration` lists every option and its values.',
  },
  app_not_found: {
    exit: 2,
    message: 'No app found.',
    hint: 'Pass an R file of plumber or of another framework, a directory with plumber.R, entrypoint.R, _server.yml or app.R, or a saved model (.rds), or run the command in such a directory.',
  },
  r_not_found: {
    exit: 1,
    message: 'Could not start R.',
    hint: 'Install R (`apt-get install r-base-core`, or from CRAN), or pass the path of Rscript with --rscript.',
  },
  app_load_failed: {
    exit: 1,
    message: 'Could not load the app.',
    hint: 'Fix the error that R reports. `penstock doctor` checks whether the packages that the app needs are installed.',
  },
  model_unknown: {
    exit: 1,
    message: 'Could not determine the input of the model.',
    hint: 'List its fields and their types under `model:` in penstock.yaml. `penstock help models` shows how.',
  },
  model_failed: {
    exit: 1,
    message: 'The model has no answer to an example row.',
    hint: 'Fix what R reports. If the row is not valid for the model, set `example` of its fields in penstock.yaml.',
  },
  address_unavailable: {
    exit: 1,
    message: 'Could not listen on the address.',
    hint: 'Stop the program that uses it, or choose another address with --host/--port or --admin-host/--admin-port.',
  },
  temporary_folder: {
    exit: 1,
    message: 'Could not use the temporary folder.',
    hint: 'Make room in it, or set TMPDIR to a folder to which Penstock may write.',
  },
  admin_unprotected: {
    exit: 2,
    message: 'Other machines could reach the admin server without a token.',
    hint: 'Set a token (--admin-token-file or PENSTOCK_ADMIN_TOKEN), keep the admin server on 127.0.0.1, or allow access without a token with --admin-open.',
  },
  secret_unusable: {
    exit: 2,
    message: 'Could not read a file of keys, tokens or certificates.',
    hint: 'Fix the file named above. `penstock help security` shows the format of each file.',
  },
  image_unplanned: {
    exit: 2,
    message: 'Could not determine the contents of the image.',
    hint: 'Fix the file named above, or run `penstock image --help`.',
  },
  no_image_builder: {
    exit: 1,
    message: 'Found neither docker nor podman.',
    hint: 'Install docker and start it, or install podman. `penstock image --write` needs neither.',
  },
  image_not_built: {
    exit: 1,
    message: 'Could not build the image.',
    hint: 'The output above shows the step that failed. `penstock image --write` writes the Dockerfile.',
  },
  image_not_pushed: {
    exit: 1,
    message: 'Could not push the image.',
    hint: 'Include the registry in --tag, for example --tag registry.example.org/team/app, and log in to it.',
  },
  kubectl_not_found: {
    exit: 1,
    message: 'Could not start kubectl.',
    hint: 'Install kubectl (https://kubernetes.io/docs/tasks/tools/), or pass its path with --kubectl.',
  },
  cluster_refused: {
    exit: 1,
    message: 'The cluster rejected the request.',
    hint: 'The message above comes from kubectl. `kubectl config current-context` shows the cluster in use; --context selects another one.',
  },
  not_deployed: {
    exit: 1,
    message: 'Could not find a Deployment with this name.',
    hint: '`kubectl get deployments --all-namespaces` lists all Deployments. Select another place with --namespace and --context.',
  },
  rollout_failed: {
    exit: 1,
    message: 'The new version did not become ready.',
    hint: 'Fix the problem named above and deploy again. `penstock logs NAME` shows more.',
  },
  rollout_unfinished: {
    exit: 1,
    message: 'The rollout is not finished.',
    hint: 'It goes on in the cluster. `penstock status NAME` shows its pods, and `penstock rollback NAME` returns to the previous version.',
  },
  sizing_unusable: {
    exit: 2,
    message: 'The sizes for the manifests cannot be used.',
    hint: 'Write them with `penstock manifests --measure` on a machine with R, or delete the file and set --memory.',
  },
  image_unreachable: {
    exit: 2,
    message: 'The nodes of the cluster could not pull the image.',
    hint: 'Push the image to a registry that the nodes can reach, for example with --image registry.example.org/team/app. If the nodes already have the image, use --no-build.',
  },
  bad_request: {
    status: 400,
    message: 'The request is not valid HTTP.',
    hint: 'Send a well-formed HTTP/1.1 request.',
  },
  body_not_json: {
    status: 400,
    message: 'The request body is not valid JSON.',
    hint: 'Send JSON, CSV (Content-Type: text/csv) or a form. /__docs__/ shows an example.',
  },
  body_unparsed: {
    status: 400,
    message: 'The request body is not what its Content-Type says.',
    hint: 'Send a body of that type, or name its type in Content-Type.',
  },
  argument_invalid: {
    status: 400,
    message: 'An argument has the wrong type.',
    hint: 'Send a value of the type that /openapi.json gives for the argument.',
  },
  body_type_unknown: {
    status: 415,
    message: 'This path does not accept a body of this type.',
    hint: 'Send one of the types named above, and name it in Content-Type.',
  },
  body_not_csv: {
    status: 400,
    message: 'The request body is not valid CSV.',
    hint: 'Send CSV with a header line and commas, as write.csv() writes it.',
  },
  admin_unauthorized: {
    status: 401,
    message: 'The admin server requires a token.',
    hint: 'Send the token as `Authorization: Bearer TOKEN`, or sign in at /sign-in.',
  },
  unauthorized: {
    status: 401,
    message: 'Authentication required.',
    hint: 'Send a valid key in X-API-Key, or a valid token as `Authorization: Bearer TOKEN`.',
  },
  forbidden: {
    status: 403,
    message: 'Access denied.',
    hint: 'Ask the operator for a key or scope that has access. The `rules` in penstock.yaml decide who has access.',
  },
  admin_forbidden: {
    status: 403,
    message: 'The admin server rejects requests from pages of other sites.',
    hint: 'Send the request from the admin server itself, or without a browser. Reach it by its IP address, or as localhost.',
  },
  not_found: {
    status: 404,
    message: 'Not found.',
    hint: '/openapi.json lists the available paths.',
  },
  method_not_allowed: {
    status: 405,
    message: 'Method not allowed.',
    hint: 'Use one of the methods in the Allow header.',
  },
  client_connections: {
    status: 429,
    message: 'Too many connections from this address.',
    hint: 'Open fewer connections and reuse each for several requests, or raise --max-connections-per-client.',
  },
  rate_limited: {
    status: 429,
    message: 'Too many requests.',
    hint: 'Retry after the time in Retry-After. The `rules` in penstock.yaml set the rate.',
  },
  sign_in_limited: {
    status: 429,
    message: 'Too many wrong tokens from this address.',
    hint: 'Retry with the correct token after the time in Retry-After.',
  },
  request_timeout: {
    status: 408,
    message: 'The request did not arrive in time.',
    hint: 'Send the request faster, or raise --header-timeout or --body-timeout.',
  },
  body_too_large: {
    status: 413,
    message: 'The request body is too large.',
    hint: 'Send a smaller body, or raise --body-limit.',
  },
  body_too_complex: {
    status: 413,
    message: 'The request body is too complex.',
    hint: 'Send fewer rows in one request. docs/models.md lists the limits.',
  },
  headers_too_large: {
    status: 431,
    message: 'The request headers are too large.',
    hint: 'Send fewer or shorter headers, or raise --header-limit.',
  },
  input_invalid: {
    status: 422,
    message: 'The input does not match the model.',
    hint: 'Correct the values listed in `faults`. /__docs__/ shows the fields of the model.',
  },
  no_worker_free: {
    status: 425,
    message: 'No worker was free within the X-Queue-Timeout of the request.',
    hint: 'The request has not run. Send it to another replica, or omit X-Queue-Timeout to let it wait.',
  },
  prediction_failed: {
    status: 500,
    message: 'predict() failed.',
    hint: 'The message comes from R. The log shows what R printed.',
  },
  response_too_large: {
    status: 500,
    message: "The app's response is too large.",
    hint: 'Return less, or raise --response-limit.',
  },
  response_invalid: {
    status: 500,
    message: "The app's response cannot be sent as HTTP.",
    hint: 'The log shows what is wrong with its status, a header or its body.',
  },
  stream_failed: {
    status: 500,
    message: 'The app failed while it produced the response.',
    hint: "The log shows R's error.",
  },
  pipeline_full: {
    message: 'A client sent too many requests without waiting for responses, so its connection was closed.',
    hint: 'Wait for responses, or send the requests on several connections.',
  },
  response_unread: {
    message: 'The client did not receive its response, so its connection was closed.',
    hint: 'Read the response faster, or raise --send-timeout or --response-memory.',
  },
  worker_lost: {
    status: 502,
    message: 'The R worker exited before it answered this request.',
    hint: 'The log shows why the worker exited. Part of the request may have run: retry it only if that is safe.',
  },
  queue_full: {
    status: 503,
    message: 'Too many requests are waiting.',
    hint: 'Retry after the time in Retry-After. To accept more requests, raise --workers, --timeout or --queue-limit.',
  },
  connections_full: {
    status: 503,
    message: 'Too many open connections.',
    hint: 'Try again later. --max-connections and the limit of open files (`ulimit -n`) set how many connections are accepted.',
  },
  files_full: {
    status: 503,
    message: 'Too many files are open.',
    hint: 'Try again later. The limit of open files (`ulimit -n`) sets how many connections and responses from files there can be at once.',
  },
  body_memory_full: {
    status: 503,
    message: 'The memory for request bodies is full.',
    hint: 'Retry after the time in Retry-After, or raise --body-memory.',
  },
  body_disk_full: {
    status: 503,
    message: 'Not enough disk space for the request body.',
    hint: 'Retry after the time in Retry-After, raise --body-disk, or set TMPDIR to a folder on a larger disk.',
  },
  credentials_unchecked: {
    status: 503,
    message: 'Could not verify the token.',
    hint: "Try again later. The log shows why the token issuer's keys could not be fetched.",
  },
  app_reloaded: {
    status: 503,
    message: 'The app was reloaded before it ran the request.',
    hint: 'Send the request again. Other `rules` hold for its path in the new version.',
  },
  draining: {
    status: 503,
    message: 'The server is shutting down.',
    hint: 'Try again: another replica, or the restarted server, will answer.',
  },
  no_workers: {
    status: 503,
    message: 'No R worker can be started at the moment.',
    hint: 'The log and /status show why workers fail to start. Penstock keeps trying.',
  },
  deadline_exceeded: {
    status: 504,
    message: 'The request exceeded its deadline.',
    hint: 'Make the handler faster, or raise --timeout or the `@timeout` of the route.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** A known error, which a user or an operator can fix. */
export class PenstockError extends Error {
  readonly code: ErrorCode;
  readonly entry: ErrorEntry;
  readonly detail: string | undefined;
  /** Additional members of the JSON response. */
  readonly more: Readonly<Record<string, unknown>> | undefined;

  /**
   * @param code   key in the catalogue
   * @param detail what exactly is wrong, and where; appended to the message
   */
  constructor(code: ErrorCode, detail?: string, more?: Readonly<Record<string, unknown>>) {
    const entry: ErrorEntry = errorCatalogue[code];
    super(detail === undefined ? entry.message : `${entry.message} ${detail}`);
    this.name = 'PenstockError';
    this.code = code;
    this.entry = entry;
    this.detail = detail;
    this.more = more;
  }
}
