import type { ErrorCode } from '../errors.js';
import type { Frame } from '../protocol/frame.js';

/** The outcome of a request. */
export type Outcome =
  /** R's answer. */
  | { readonly kind: 'answer'; readonly frame: Frame }
  /** Its part of a batch's answer, from the batch's `split()`. */
  | { readonly kind: 'part'; readonly part: unknown }
  /** It has not run: the free worker has loaded another plan. */
  | { readonly kind: 'stale' }
  /** Its work could not be written. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly detail?: string };
