import type { ErrorCode } from '../errors.js';
import type { Frame } from '../protocol/frame.js';

/** What became of a request: R's answer, its part of the answer to a batch, or why there is none. */
export type Outcome =
  | { readonly kind: 'answer'; readonly frame: Frame }
  /** As the batch's own `split()` gave it. */
  | { readonly kind: 'part'; readonly part: unknown }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly detail?: string };
