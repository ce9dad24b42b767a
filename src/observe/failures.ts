/** An error that R has raised for a request, and the app has not caught. */
export interface RError {
  readonly requestId: string | undefined;
  readonly worker: number;
  readonly message: string;
  readonly call: string | undefined;
  readonly calls: readonly string[];
}

/** A request that was answered with an error. */
export interface FailedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly worker: number | undefined;
  /** Of Penstock's own errors. */
  readonly code: string | undefined;
  readonly detail: string | undefined;
}

/** Errors of one kind: with the same message, and how it was last. */
export interface FailureGroup {
  readonly id: number;
  readonly message: string;
  readonly count: number;
  /** Milliseconds of the wall clock. */
  readonly first: number;
  readonly last: number;
  /** Of the last one; what is not known of it is left out. */
  readonly requestId?: string | undefined;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly worker?: number | undefined;
  readonly code?: string | undefined;
  readonly call?: string | undefined;
  readonly calls?: readonly string[];
}

/** Kinds that are remembered, those seen last; and errors of R whose request has no answer yet. */
const MOST_GROUPS = 50;
const MOST_PENDING = 256;

/** The errors of late, grouped by their message. */
export class Failures {
  /** Those seen last at the end. */
  readonly #groups = new Map<string, FailureGroup>();
  /** By request. */
  readonly #pending = new Map<string, RError>();
  #lastId = 0;
  #changes = 0;

  /** Counts up whenever there is something new. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether R has failed for a request that is still to be answered. */
  get pending(): boolean {
    return this.#pending.size > 0;
  }

  /** The newest first. */
  get groups(): FailureGroup[] {
    return [...this.#groups.values()].reverse();
  }

  /** Kept until its request is answered, which tells the rest. */
  raised(error: RError): void {
    if (error.requestId === undefined) {
      this.#count(error.message, { worker: error.worker, call: error.call, calls: error.calls });
      return;
    }
    this.#pending.delete(error.requestId);
    this.#pending.set(error.requestId, error);
    if (this.#pending.size <= MOST_PENDING) return;
    const [oldest] = this.#pending.keys();
    this.#pending.delete(oldest!);
  }

  /** A request was answered; one that R had no error for counts as a failure if the server is to blame. */
  answered(request: FailedRequest): void {
    const { code, detail, method, path, requestId, status, worker } = request;
    const error = this.#pending.get(requestId);
    if (error === undefined && status < 500) return;
    this.#pending.delete(requestId);
    const message = error?.message ?? detail ?? code ?? `Answered with ${status}`;
    const known = { requestId, method, path, status, worker: worker ?? error?.worker, code };
    this.#count(message, { ...known, ...(error && { call: error.call, calls: error.calls }) });
  }

  #count(message: string, about: Partial<FailureGroup>): void {
    const key = `${about.code ?? ''} ${message}`;
    const before = this.#groups.get(key);
    const now = Date.now();
    this.#changes += 1;
    this.#groups.delete(key);
    this.#lastId += before === undefined ? 1 : 0;
    this.#groups.set(key, {
      ...about,
      id: before?.id ?? this.#lastId,
      message,
      count: (before?.count ?? 0) + 1,
      first: before?.first ?? now,
      last: now,
    });
    if (this.#groups.size <= MOST_GROUPS) return;
    const [oldest] = this.#groups.keys();
    this.#groups.delete(oldest!);
  }
}
