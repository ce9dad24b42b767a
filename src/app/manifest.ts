import { readRData, toPlain } from '../rdata/index.js';
import { descriptionFrom, type ModelDescription } from './model-description.js';

/** One endpoint of the app, as plumber's router has it. */
export interface Route {
  readonly verbs: readonly string[];
  /** With the path of the mount it stands in. */
  readonly path: string;
  /** The filter that it comes before; absent for ordinary endpoints. */
  readonly preempt?: string;
  /** Content type that its serializer sets, or what is known of it. */
  readonly serializer: string;
  /** Line of its function in the app's file; absent when it was made by a program. */
  readonly line?: number;
  /** Its place among the routes of the direct plan, from 1; absent in a mounted router that is left to plumber. */
  readonly direct?: number;
}

/** Something in the app's code that several workers break. */
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
  /** Why its requests take the plumber lane; undefined if they need not. */
  readonly obstacle: string | undefined;
  /** Nothing surrounds the handler and it takes neither `req` nor `res`. */
  readonly plain: boolean;
  /** It does not read JSON and form bodies as by default. */
  readonly ownParsers: boolean;
  /** The variables of the request that its functions look at, beyond method and path; undefined for all. */
  readonly reads: readonly string[] | undefined;
  /** The router that it stands in. */
  readonly router: number;
  /** The arguments that its function takes. */
  readonly formals: readonly string[];
  /** The parameters of its path. */
  readonly pathNames: readonly string[];
  /** What `@batch` says; undefined without it. */
  readonly batch: BatchTag | undefined;
  readonly policy: PolicyTags;
}

/** What the annotations of a route say of how it is treated, in whichever lane; undefined where they are silent. */
export interface PolicyTags {
  /** `@timeout`: milliseconds. */
  readonly timeout?: number | undefined;
  /** `@concurrency`: workers that it may have at once. */
  readonly concurrency?: number | undefined;
  readonly cache?: CacheTag | undefined;
}

/** `@cache`: responses are kept. */
export interface CacheTag {
  /** Milliseconds that one is good for. */
  readonly ttl: number;
  /** They are the same for everybody, whoever asks: credentials make no difference. */
  readonly public: boolean;
  /** Names of request headers, in lower case, that they depend on. */
  readonly vary: readonly string[];
}

/** `@batch`: the handler is vectorised. */
export interface BatchTag {
  /** Over its arguments, over one argument that is a table, or over the body. */
  readonly form: 'arguments' | 'table' | 'body';
  /** The argument that is a table. */
  readonly argument?: string | undefined;
  /** Items of a batch at most. */
  readonly max: number;
  /** Milliseconds that an idle worker is kept from a request, for others to come. */
  readonly wait: number;
  /** Filters, hooks or error handlers come with it, or its function takes `req` or `res`: R does that for each request. */
  readonly surrounded: boolean;
  /** Why its requests can't be batched; undefined if they can. */
  readonly obstacle?: string | undefined;
}

/** A router that is mounted on another. The app's own router is number 1. */
export interface Mount {
  /** With a slash at both ends. */
  readonly path: string;
  /** The router that it is mounted on. */
  readonly within: number;
  /** Its own number; 0 when only plumber knows what it does. */
  readonly router: number;
}

/** A serializer that only turns a value into JSON: its content type and the options of `toJSON()`. */
export interface JsonSerializer {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the gateway has to know to take the direct lane. */
export interface DirectPlan {
  /** Each router's in the order in which plumber tries them. */
  readonly routes: readonly DirectRoute[];
  /** Each router's in the order in which plumber tries them. */
  readonly mounts: readonly Mount[];
  /** Why every request takes the plumber lane; undefined if some need not. */
  readonly obstacle: string | undefined;
  /** R counts them from 1. */
  readonly serializers: readonly JsonSerializer[];
  readonly session: {
    readonly utf8: boolean;
    readonly timezone: string | undefined;
    readonly digitsSecs: number;
    readonly scipen: number;
    /** Bytes of a request's body that plumber itself allows; 0 is no limit. */
    readonly maxRequestSize: number;
    readonly rVersion: readonly [major: number, minor: number];
    readonly jsonliteVersion: string;
  };
}

/** What the R side reports after it has loaded an app. */
export interface Manifest {
  readonly rVersion: string;
  /** Undefined for saved models, which need no plumber. */
  readonly plumberVersion: string | undefined;
  /** The saved models that it has loaded; none for a plumber app. */
  readonly models: readonly ModelDescription[];
  readonly routes: readonly Route[];
  /** The app's own filters, in order. */
  readonly filters: readonly string[];
  readonly hazards: readonly Hazard[];
  /** What the app has read while it was loaded: code, models, data. Absolute paths; none of R's own or of packages. */
  readonly files: readonly string[];
  /** Undefined for saved models. */
  readonly direct: DirectPlan | undefined;
}

/** Why an app could not be loaded, in R's words. */
export interface LoadFailure {
  readonly message: string;
  readonly call?: string;
  readonly file?: string;
  readonly line?: number;
}

/** The payload of a ready frame. */
export function manifestFrom(payload: Uint8Array): Manifest {
  const plain = toPlain(readRData(payload)) as Record<string, unknown>;
  const { direct, plumber_version: plumberVersion } = plain;
  return {
    rVersion: String(plain.r_version),
    plumberVersion: plumberVersion === undefined ? undefined : String(plumberVersion),
    models: list<Record<string, unknown>>(plain.models).map(descriptionFrom),
    routes: list<Record<string, unknown>>(plain.routes).map(route),
    filters: list<string>(plain.filters),
    hazards: list<Hazard>(plain.hazards),
    files: list<string>(plain.files),
    direct: direct === undefined ? undefined : directPlan(direct as Record<string, unknown>),
  };
}

/** R's NULLs are what the route does not have. */
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
      plain: route.plain === true,
      ownParsers: route.own_parsers === true,
      reads: route.reads === null ? undefined : list<string>(route.reads),
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
    surrounded: plain.surrounded === true,
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
  const { call, file, line, message } = toPlain(readRData(payload)) as Record<string, unknown>;
  return {
    message: String(message).trim(),
    ...(typeof call === 'string' && { call }),
    ...(typeof file === 'string' && { file }),
    ...(typeof line === 'number' && { line }),
  };
}

/** For people: where it happened and what R said. */
export function describeLoadFailure(failure: LoadFailure): string {
  const place =
    failure.file === undefined
      ? ''
      : `${failure.file}${failure.line === undefined ? '' : `:${failure.line}`}: `;
  return `${place}${failure.message}`;
}

/** A vector of one element arrives as a scalar. */
function list<T>(value: unknown): T[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as T[];
}
