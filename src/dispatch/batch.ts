import type { Frame, FrameType } from '../protocol/frame.js';
import type { BatchPolicy } from './batch-policy.js';

/** How a job can be computed together with others of its kind, in one call of a vectorised function. */
export interface Batchable {
  /** What the jobs of a batch have in common: one function, called with arguments of the same names and types. */
  readonly key: string;
  /** Items that it brings, at least 1: rows, or elements of each argument. */
  readonly items: number;
  readonly policy: BatchPolicy;
  /** One call for this job and others of the same key, in the given order. */
  merge(jobs: readonly Batchable[]): MergedCall;
  /** Whether its own call, of it alone, has succeeded. */
  succeeded(alone: Frame): boolean;
  /** Whether its part of a batch's answer is what it gets alone. */
  isSame(part: unknown, alone: Frame): boolean;
}

/** One call for several jobs. */
export interface MergedCall {
  readonly type: FrameType;
  readonly payload: readonly Buffer[];
  split(answer: Frame): Split;
}

/**
 * A batch's answer cut into what each job gets, or why it can't be: the call has failed, which may be one job's fault
 * alone, or its result has no part for each item. A job whose part is undefined is to be run alone.
 */
export type Split =
  | { readonly kind: 'parts'; readonly parts: readonly unknown[] }
  | { readonly kind: 'failed'; readonly reason?: string }
  | { readonly kind: 'indivisible'; readonly reason: string };
