/**
 * The one catalogue of what Penstock itself can report.
 *
 * A known error prints its code, message and hint and no stack; everything else is a bug and prints its stack.
 * `docs/errors.md` lists every entry and is tested against this table.
 */

/** One entry: what happened, what to do, and how it leaves the program (HTTP status or exit code). */
export interface ErrorEntry {
  /** HTTP status when it answers a request. */
  readonly status?: number;
  /** Exit code when it ends a command: 1 failed, 2 wrong use. */
  readonly exit?: 1 | 2;
  /** What happened, for a reader who does not know Penstock's insides. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

export const errorCatalogue = {
  usage: { exit: 2, message: 'Wrong use of the command line.', hint: 'See `penstock --help`.' },
  config_invalid: {
    exit: 2,
    message: 'The configuration is not valid.',
    hint: 'See docs/configuration.md for the options and their values.',
  },
  app_not_found: {
    exit: 2,
    message: 'There is no app here to serve.',
    hint: 'Name a plumber file, a directory with plumber.R or entrypoint.R, or a saved model (.rds), or change into one.',
  },
  r_not_found: {
    exit: 1,
    message: 'R could not be started.',
    hint: 'Install R (`apt-get install r-base-core`, or from CRAN), or name its Rscript with --rscript.',
  },
  app_load_failed: {
    exit: 1,
    message: 'The app could not be loaded.',
    hint: "Mend what R's message names; `penstock doctor` checks the packages that the app needs.",
  },
  model_unknown: {
    exit: 1,
    message: 'What the model takes is not known.',
    hint: 'Give its fields and their types under `model:` in penstock.yaml; docs/models.md shows how.',
  },
  address_unavailable: {
    exit: 1,
    message: 'The address cannot be listened on.',
    hint: 'Stop what is using it, or choose another with --host/--port or --admin-host/--admin-port.',
  },
  admin_unprotected: {
    exit: 2,
    message: 'The admin server would be open to other machines.',
    hint: 'Give it a token (--admin-token-file or PENSTOCK_ADMIN_TOKEN), keep it on 127.0.0.1, or allow it with --admin-open.',
  },
  secret_unusable: {
    exit: 2,
    message: 'A file of secrets cannot be used.',
    hint: 'Mend what is named; docs/security.md shows the forms of these files.',
  },
  image_unplanned: {
    exit: 2,
    message: 'There is no saying what the image should have in it.',
    hint: 'Mend the file that is named, or see `penstock image --help`.',
  },
  no_image_builder: {
    exit: 1,
    message: 'Nothing here can build an image.',
    hint: 'Install docker and start it, or install podman; `penstock image --write` needs neither.',
  },
  image_not_built: {
    exit: 1,
    message: 'The image could not be built.',
    hint: 'The output above names the step that failed; `penstock image --write` shows the steps.',
  },
  image_not_pushed: {
    exit: 1,
    message: 'The image could not be pushed.',
    hint: 'Name the registry with --tag, as in --tag registry.example.org/team/app, and log in to it.',
  },
  kubectl_not_found: {
    exit: 1,
    message: 'kubectl could not be started.',
    hint: 'Install kubectl (https://kubernetes.io/docs/tasks/tools/), or name it with --kubectl.',
  },
  cluster_refused: {
    exit: 1,
    message: 'The cluster did not do what it was asked.',
    hint: "The message is kubectl's. `kubectl config current-context` names the cluster; --context chooses another.",
  },
  not_deployed: {
    exit: 1,
    message: 'There is no Deployment of this name.',
    hint: '`kubectl get deployments --all-namespaces` lists all; --namespace and --context choose where to look.',
  },
  rollout_failed: {
    exit: 1,
    message: 'The new version does not come up.',
    hint: 'Mend what is named above and deploy again; `penstock logs NAME` shows more.',
  },
  image_unreachable: {
    exit: 2,
    message: 'The nodes of the cluster could not get the image.',
    hint: 'Name a registry that they can reach, as in --image registry.example.org/team/app, or use --no-build when they have the image.',
  },
  bad_request: {
    status: 400,
    message: 'The request is not valid HTTP.',
    hint: 'Send a well-formed HTTP/1.1 request.',
  },
  body_not_json: {
    status: 400,
    message: 'The request body is not JSON.',
    hint: 'Send JSON; /__docs__/ shows an example.',
  },
  admin_unauthorized: {
    status: 401,
    message: 'The admin server wants its token.',
    hint: 'Send it as `Authorization: Bearer TOKEN`, or sign in at /sign-in.',
  },
  unauthorized: {
    status: 401,
    message: 'This address is for those who show who they are.',
    hint: 'Send a good key in X-API-Key, or a good token as `Authorization: Bearer TOKEN`.',
  },
  forbidden: {
    status: 403,
    message: 'This address is not for this caller.',
    hint: 'Ask whoever runs the server for a key or a scope that is; the `rules` of penstock.yaml say which.',
  },
  admin_forbidden: {
    status: 403,
    message: 'The admin server does not take this request from a page of another site.',
    hint: 'Send it from the admin server itself, or without a browser; reach it by its address, or as localhost.',
  },
  not_found: {
    status: 404,
    message: 'There is nothing at this address.',
    hint: '/openapi.json lists what there is.',
  },
  method_not_allowed: {
    status: 405,
    message: 'This address does not take the method.',
    hint: 'Use one of the methods in Allow.',
  },
  client_connections: {
    status: 429,
    message: 'There are too many connections from this address.',
    hint: 'Use fewer connections, and each for several requests; or raise --max-connections-per-client.',
  },
  rate_limited: {
    status: 429,
    message: 'There were too many requests in a short time.',
    hint: 'Try again after the time in Retry-After; the `rules` of penstock.yaml set the rate.',
  },
  sign_in_limited: {
    status: 429,
    message: 'There were too many wrong tokens from this address.',
    hint: 'Try again after the time in Retry-After, with the right one.',
  },
  request_timeout: {
    status: 408,
    message: 'The request did not arrive in time.',
    hint: 'Send it faster, or raise --header-timeout or --body-timeout.',
  },
  body_too_large: {
    status: 413,
    message: 'The request body is over the limit.',
    hint: 'Send less, or raise --body-limit.',
  },
  headers_too_large: {
    status: 431,
    message: 'The request headers are over the limit.',
    hint: 'Send fewer or shorter headers, or raise --header-limit.',
  },
  input_invalid: {
    status: 422,
    message: 'The input does not fit the model.',
    hint: 'Mend what `faults` lists; /__docs__/ shows the fields of the model.',
  },
  prediction_failed: {
    status: 500,
    message: 'predict() failed.',
    hint: 'The message is that of R; the log has what R printed.',
  },
  response_too_large: {
    status: 500,
    message: "The app's answer is over the limit.",
    hint: 'Answer less, or raise --response-limit.',
  },
  response_invalid: {
    status: 500,
    message: "The app's answer cannot be sent as HTTP.",
    hint: 'See the log for what is wrong with its status, a header or its body.',
  },
  worker_lost: {
    status: 502,
    message: 'The R worker that ran this request ended before it answered.',
    hint: 'The log says how the worker ended. The request may have run in part; send it again only if that is safe.',
  },
  queue_full: {
    status: 503,
    message: 'Too many requests are waiting.',
    hint: 'Try again after the time in Retry-After; more --workers or a longer --queue-limit take more.',
  },
  connections_full: {
    status: 503,
    message: 'There are too many connections.',
    hint: 'Try again; --max-connections and the limit of open files (`ulimit -n`) say how many there may be.',
  },
  body_memory_full: {
    status: 503,
    message: 'The bodies of other requests take all the memory that there is for bodies.',
    hint: 'Try again after the time in Retry-After, or raise --body-memory.',
  },
  credentials_unchecked: {
    status: 503,
    message: 'It cannot be checked at the moment who this is.',
    hint: 'Try again; the log says why the keys of the issuer of tokens could not be had.',
  },
  draining: {
    status: 503,
    message: 'The server is shutting down.',
    hint: 'Try again; another replica or the restarted server will answer.',
  },
  no_workers: {
    status: 503,
    message: 'No R worker can be started at the moment.',
    hint: 'The log and /status say why workers fail to start; it is tried again by itself.',
  },
  deadline_exceeded: {
    status: 504,
    message: 'The request was not answered within its deadline.',
    hint: 'Make the handler faster, or raise --timeout or the `@timeout` of the route.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** A known error: something a user or an operator can act on. */
export class PenstockError extends Error {
  readonly code: ErrorCode;
  readonly entry: ErrorEntry;
  readonly detail: string | undefined;
  /** Members that the answer to a request has on top of those that all errors have. */
  readonly more: Readonly<Record<string, unknown>> | undefined;

  /**
   * @param code   entry of the catalogue
   * @param detail what exactly was wrong and where; follows the entry's message
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
