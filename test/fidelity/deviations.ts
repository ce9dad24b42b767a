/**
 * Where Penstock means to differ from plumber. Each of these must differ: an entry that no longer does is stale.
 */
export interface Deviation {
  readonly api: string;
  /** The title of the ask: method, path and note. */
  readonly ask: string;
  readonly because: string;
}

export const deviations: readonly Deviation[] = [];
