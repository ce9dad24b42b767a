/** Who has asked for it: SIGHUP, `POST /reload`, or a changed file under `penstock dev`. */
export type ReloadCause = 'signal' | 'admin' | 'change';

/** How a reload went. */
export interface ReloadRecord {
  /** When it began, in ISO form. */
  readonly at: string;
  readonly by: ReloadCause;
  /** `superseded`: a file has changed again meanwhile. */
  readonly outcome: 'reloaded' | 'failed' | 'superseded';
  /** Milliseconds until it served, or was given up. */
  readonly took: number;
  /** The version that serves since, and what its files were. */
  readonly appVersion?: number;
  readonly fingerprint?: string | undefined;
  /** Why it failed, in R's words. */
  readonly message?: string;
}
