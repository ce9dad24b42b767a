import type { ErrorCode } from '../errors.js';
import type { Frame } from '../protocol/frame.js';

/** What became of a request: R's answer, or why there is none. */
export type Outcome =
  | { readonly kind: 'answer'; readonly frame: Frame }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly detail?: string };
