/** What caused the reload: SIGHUP, `POST /reload`, or a changed file under `penstock dev`. */
export type ReloadCause = 'signal' | 'admin' | 'change';

/** The result of a reload. */
export interface ReloadRecord {
  /** Start time in ISO 8601. */
  readonly at: string;
  readonly by: ReloadCause;
  /** `superseded`: a file changed again during the reload. */
  readonly outcome: 'reloaded' | 'failed' | 'superseded';
  /** Milliseconds until the new version served requests, or the reload failed. */
  readonly took: number;
  /** The new version and the fingerprint of its files. */
  readonly appVersion?: number;
  readonly fingerprint?: string | undefined;
  /** Why it failed, usually R's message. */
  readonly message?: string;
}
