import { createHash } from 'node:crypto';
import { readRData, toPlain } from '../rdata/index.js';
import { descriptionFrom, list, type ModelDescription } from './model-description.js';

/** One endpoint of the app, as plumber's router has it. */
export interface Route {
  readonly verbs: readonly string[];
  /** Includes the path of its mount. */
  readonly path: string;
  /** The path of its mount, without a slash at the end; empty for the app's own router. */
  readonly mount: string;
  /** plumber's regular expression for the rest of the path; absent for a folder of static files. */
  readonly regex?: string;
  /** The filter that the endpoint preempts; absent for ordinary endpoints. */
  readonly preempt?: string;
  /** The content type that its serializer sets, or another description of the serializer. */
  readonly serializer: string;
  /** Line of its function in the app's file; absent for endpoints that code created. */
  readonly line?: number;
  /** Its number among the routes of the direct plan, from 1; absent if only plumber knows its router. */
  readonly direct?: number;
}

/** Code in the app that does not work with several workers. */
export interface Hazard {
  readonly rule: string;
  readonly severity: 'warning' | 'note';
  readonly file: string;
  readonly line: number;
  readonly source: string;
  readonly message: string;
  readonly advice: string;
}

/** One endpoint as the direct lane sees it; it comes from `r/direct/plan.R`. */
export interface DirectRoute {
  readonly verbs: readonly string[];
  readonly path: string;
  /** plumber's regular expression for the path. */
  readonly regex: string;
  /** Why its requests must take the plumber lane; undefined if they can take the direct lane. */
  readonly obstacle: string | undefined;
  /** It does not use plumber's default parsers for JSON and form bodies. */
  readonly ownParsers: boolean;
  /** The number of its router. */
  readonly router: number;
  /** The argument names of its function. */
  readonly formals: readonly string[];
  /** The names of its path parameters. */
  readonly pathNames: readonly string[];
  readonly batch: BatchTag | undefined;
  readonly policy: PolicyTags;
}

/** The annotations of a route that apply in both lanes; undefined where the route has no such annotation. */
export interface PolicyTags {
  /** `@timeout`, in ms. */
  readonly timeout?: number | undefined;
  /** `@concurrency`: how many workers the route may use at once. */
  readonly concurrency?: number | undefined;
  readonly cache?: CacheTag | undefined;
}

/** `@cache`: responses are cached. */
export interface CacheTag {
  /** How long a response stays valid, in ms. */
  readonly ttl: number;
  /** All clients get the same responses, whatever their credentials. */
  readonly public: boolean;
  /** Names of the request headers, in lower case, that the responses depend on. */
  readonly vary: readonly string[];
}

/** `@batch`: the handler is vectorised. */
export interface BatchTag {
  /** What is vectorised: its arguments, one argument that is a table, or the body. */
  readonly form: 'arguments' | 'table' | 'body';
  /** The argument that is a table. */
  readonly argument?: string | undefined;
  /** The maximum number of items in a batch. */
  readonly max: number;
  /** How long a request waits for others while a worker is idle, in ms. */
  readonly wait: number;
  /** R runs filters, hooks or error handlers for each request, or passes `req` or `res` to the function. */
  readonly filtered: boolean;
  /** Why its requests cannot be batched; undefined if they can. */
  readonly obstacle?: string | undefined;
}

/** A router that is mounted on another. The app's own router is number 1. */
export interface Mount {
  /** Starts and ends with a slash. */
  readonly path: string;
  /** The number of the router that it is mounted on. */
  readonly within: number;
  /** Its own number; 0 if only plumber can run it. */
  readonly router: number;
}

/** A serializer that converts a value to JSON: its content type, and the options of `toJSON()`. */
export interface JsonSerializer {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the gateway must know to use the direct lane. */
export interface DirectPlan {
  /** Within each router, in the order in which plumber tries them. */
  readonly routes: readonly DirectRoute[];
  /** Within each router, in the order in which plumber tries them. */
  readonly mounts: readonly Mount[];
  /** Why all requests must take the plumber lane; undefined if some can take the direct lane. */
  readonly obstacle: string | undefined;
  /** R numbers them from 1. */
  readonly serializers: readonly JsonSerializer[];
  readonly session: {
    readonly utf8: boolean;
    readonly timezone: string | undefined;
    readonly digitsSecs: number;
    readonly scipen: number;
    /** plumber's own limit for request bodies, in bytes; 0 means no limit. */
    readonly maxRequestSize: number;
    readonly rVersion: readonly [major: number, minor: number];
    readonly jsonliteVersion: string;
  };
}

/** What an app is made with that is not plumber: plumber2, fiery or another package that uses httpuv, or httpuv itself. */
export interface Framework {
  readonly name: string;
  readonly version: string;
  /** Whether the routes of the manifest are those of the app. If not, only R knows them. */
  readonly knowsRoutes: boolean;
}

/** A folder of files that httpuv would serve itself, without R: see `httpuv::staticPath()`. */
export interface StaticPath {
  /** The path of its URLs, without a slash at the end. */
  readonly at: string;
  readonly folder: string;
  /** Whether a folder is answered with its `index.html`. */
  readonly index: boolean;
  /** Whether R gets the requests for files that do not exist. */
  readonly fallthrough: boolean;
  readonly charset: string;
  readonly headers: readonly (readonly [string, string])[];
  /** A header that requests must have, and its value; empty for none. */
  readonly validation: readonly string[];
  /** Whether R gets all requests for it. */
  readonly exclude: boolean;
}

/** What R reports after it has loaded an app. */
export interface Manifest {
  readonly rVersion: string;
  /** Undefined for saved models, which do not use plumber, and for apps of other frameworks. */
  readonly plumberVersion: string | undefined;
  /** Undefined for apps of plumber, and for saved models. */
  readonly framework: Framework | undefined;
  /** Whether the app takes WebSockets. */
  readonly sockets: boolean;
  readonly staticPaths: readonly StaticPath[];
  /** The first folder in which R looks for packages. */
  readonly library: string;
  /** The loaded models; empty for a plumber app. */
  readonly models: readonly ModelDescription[];
  readonly routes: readonly Route[];
  /** The app's own filters, in order. */
  readonly filters: readonly string[];
  readonly hazards: readonly Hazard[];
  /** Absolute paths of the files that the app read while loading, without those of R and its packages. */
  readonly files: readonly string[];
  /** Undefined for saved models. */
  readonly direct: DirectPlan | undefined;
  /** Names the direct plan: workers with the same name have the same one. */
  readonly plan: string | undefined;
}

/** plumber's own endpoints, which every app has unless it turns its documentation off. */
const DOCUMENTATION = /^\/(openapi\.json|__swagger__\/|__docs__\/)/;

/** The routes without those of plumber's documentation. */
export function ownRoutes({ routes }: Manifest): readonly Route[] {
  return routes.filter(({ path }) => !DOCUMENTATION.test(path));
}

/** Whether the app has the page `/__docs__/`. */
export function hasDocs({ routes }: Manifest): boolean {
  return routes.some(({ path }) => path === '/openapi.json');
}

/** Why an app failed to load, as R reports it. */
export interface LoadFailure {
  readonly message: string;
  readonly call?: string;
  readonly file?: string;
  readonly line?: number;
  /** Absolute paths of the files that the app had read until then, or had not found. */
  readonly files?: readonly string[];
}

/** The payload of a ready frame. */
export function manifestFrom(payload: Uint8Array): Manifest {
  const plain = toPlain(readRData(payload)) as Record<string, unknown>;
  const { direct, plumber_version: plumberVersion } = plain;
  return {
    rVersion: String(plain.r_version),
    plumberVersion: plumberVersion === undefined ? undefined : String(plumberVersion),
    framework:
      plain.framework === undefined ? undefined : framework(plain.framework as Record<string, unknown>),
    sockets: plain.sockets === true,
    staticPaths: list<Record<string, unknown>>(plain.static_paths).map(staticPath),
    library: String(plain.library),
    models: list<Record<string, unknown>>(plain.models).map(descriptionFrom),
    routes: list<Record<string, unknown>>(plain.routes).map(route),
    filters: list<string>(plain.filters),
    hazards: list<Hazard>(plain.hazards),
    files: list<string>(plain.files),
    direct: direct === undefined ? undefined : directPlan(direct as Record<string, unknown>),
    plan: direct === undefined ? undefined : digest(direct),
  };
}

function framework({ knows_routes: knowsRoutes, name, version }: Record<string, unknown>): Framework {
  return { name: String(name), version: String(version), knowsRoutes: knowsRoutes === true };
}

function staticPath(plain: Record<string, unknown>): StaticPath {
  const values = list<string>(plain.header_values);
  return {
    at: String(plain.at),
    folder: String(plain.folder),
    index: plain.index === true,
    fallthrough: plain.fallthrough === true,
    charset: String(plain.charset),
    headers: list<string>(plain.header_names).map((name, i) => [name, values[i]!] as const),
    validation: list<string>(plain.validation),
    exclude: plain.exclude === true,
  };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

/** Drops the members that are NULL in R. */
function route(plain: Record<string, unknown>): Route {
  const known = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== null));
  return { ...(known as unknown as Route), verbs: list<string>(plain.verbs) };
}

function directPlan(plain: Record<string, unknown>): DirectPlan {
  const session = plain.session as Record<string, unknown>;
  return {
    routes: list<Record<string, unknown>>(plain.routes).map((route) => ({
      verbs: list<string>(route.verbs),
      path: String(route.path),
      regex: String(route.regex),
      obstacle: (route.obstacle as string | null) ?? undefined,
      ownParsers: route.own_parsers === true,
      router: Number(route.router),
      formals: list<string>(route.formals),
      pathNames: list<string>(route.names),
      batch: route.batch === null ? undefined : batchTag(route.batch as Record<string, unknown>),
      policy: policyTags(route.policy as Record<string, unknown>),
    })),
    mounts: list<Mount>(plain.mounts),
    obstacle: (plain.obstacle as string | null) ?? undefined,
    serializers: list<{ type: string; options: unknown }>(plain.serializers).map(({ type, options }) => ({
      type,
      options: Array.isArray(options) ? {} : ((options ?? {}) as Record<string, unknown>),
    })),
    session: {
      utf8: session.utf8 === true,
      timezone: (session.timezone as string | null) ?? undefined,
      digitsSecs: Number(session.digits_secs),
      scipen: Number(session.scipen),
      maxRequestSize: Number(session.max_request_size),
      rVersion: session.r_version as [number, number],
      jsonliteVersion: String(session.jsonlite_version),
    },
  };
}

function batchTag(plain: Record<string, unknown>): BatchTag {
  return {
    form: plain.form as BatchTag['form'],
    argument: (plain.argument as string | null) ?? undefined,
    max: Number(plain.max),
    wait: Number(plain.wait),
    filtered: plain.filtered === true,
    obstacle: (plain.obstacle as string | null) ?? undefined,
  };
}

function policyTags({ cache, concurrency, timeout }: Record<string, unknown>): PolicyTags {
  return {
    timeout: (timeout as number | null) ?? undefined,
    concurrency: (concurrency as number | null) ?? undefined,
    cache: cache === null ? undefined : cacheTag(cache as Record<string, unknown>),
  };
}

function cacheTag(plain: Record<string, unknown>): CacheTag {
  return { ttl: Number(plain.ttl), public: plain.public === true, vary: list<string>(plain.vary) };
}

/** The payload of a load-failed frame. */
export function loadFailureFrom(payload: Uint8Array): LoadFailure {
  const { call, file, files, line, message } = toPlain(readRData(payload)) as Record<string, unknown>;
  return {
    message: String(message).trim(),
    ...(typeof call === 'string' && { call }),
    ...(typeof file === 'string' && { file }),
    ...(typeof line === 'number' && { line }),
    files: list<string>(files),
  };
}

/** The place and the message of the failure, for logs and error messages. */
export function describeLoadFailure(failure: LoadFailure): string {
  const place =
    failure.file === undefined
      ? ''
      : `${failure.file}${failure.line === undefined ? '' : `:${failure.line}`}: `;
  return `${place}${failure.message}`;
}
