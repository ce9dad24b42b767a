import { readRData, toPlain } from '../rdata/index.js';

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

/** What the R side reports after it has loaded an app. */
export interface Manifest {
  readonly rVersion: string;
  readonly plumberVersion: string;
  readonly routes: readonly Route[];
  /** The app's own filters, in order. */
  readonly filters: readonly string[];
  readonly hazards: readonly Hazard[];
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
  return {
    rVersion: String(plain.r_version),
    plumberVersion: String(plain.plumber_version),
    routes: list<Route>(plain.routes).map((route) => ({ ...route, verbs: list<string>(route.verbs) })),
    filters: list<string>(plain.filters),
    hazards: list<Hazard>(plain.hazards),
  };
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
    failure.file === undefined ? '' : `${failure.file}${failure.line === undefined ? '' : `:${failure.line}`}: `;
  return `${place}${failure.message}`;
}

/** A vector of one element arrives as a scalar. */
function list<T>(value: unknown): T[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as T[];
}
