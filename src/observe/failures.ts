/** An R error that the app did not catch. */
export interface RError {
  readonly requestId: string | undefined;
  readonly worker: number;
  readonly message: string;
  readonly call: string | undefined;
  readonly calls: readonly string[];
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/** A request that failed. */
export interface FailedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly worker: number | undefined;
  /** Set for Penstock's own errors. */
  readonly code: string | undefined;
  readonly detail: string | undefined;
}

/** Errors with the same message, with details of the most recent one. */
export interface FailureGroup {
  readonly id: number;
  readonly message: string;
  readonly count: number;
  /** In ms since 1970. */
  readonly first: number;
  readonly last: number;
  /** Details of the most recent error, where known. */
  readonly requestId?: string | undefined;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly worker?: number | undefined;
  readonly code?: string | undefined;
  readonly call?: string | undefined;
  readonly calls?: readonly string[];
}

/** Groups that are kept; the least recent ones are removed. */
const MAX_GROUPS = 50;
/** R errors that are kept until their request has been answered. */
const MAX_PENDING = 256;

/** Recent errors, grouped by message. */
export class Failures {
  /** The most recent group is last. */
  readonly #groups = new Map<string, FailureGroup>();
  /** By request id. */
  readonly #pending = new Map<string, RError>();
  #lastId = 0;
  #changes = 0;

  /** Increases with each new error. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether an R error is waiting for its request to be answered. */
  get pending(): boolean {
    return this.#pending.size > 0;
  }

  /** Newest first. */
  get groups(): FailureGroup[] {
    return [...this.#groups.values()].reverse();
  }

  /** The R error of a request that has not been answered yet. */
  of(requestId: string): RError | undefined {
    return this.#pending.get(requestId);
  }

  /** Keeps an R error until its request has been answered, which adds the status and path. */
  raised(error: RError): void {
    if (error.requestId === undefined) {
      this.#count(error.message, { worker: error.worker, call: error.call, calls: error.calls });
      return;
    }
    this.#pending.delete(error.requestId);
    this.#pending.set(error.requestId, error);
    if (this.#pending.size <= MAX_PENDING) return;
    const [oldest] = this.#pending.keys();
    this.#pending.delete(oldest!);
  }

  /** Called when a request has been answered. Without an R error, it counts as a failure if the status is 5xx. */
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
    if (this.#groups.size <= MAX_GROUPS) return;
    const [oldest] = this.#groups.keys();
    this.#groups.delete(oldest!);
  }
}
