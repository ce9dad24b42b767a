import type { ErrorCode } from '../errors.js';
import type { Frame } from '../protocol/frame.js';

/** What became of a request. */
export type Outcome =
  /** R's answer. */
  | { readonly kind: 'answer'; readonly frame: Frame }
  /** Its part of the answer to a batch, as the batch's own `split()` gave it. */
  | { readonly kind: 'part'; readonly part: unknown }
  /** It has not run: the worker that is free has loaded another version of the app than its plan is for. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly detail?: string };
