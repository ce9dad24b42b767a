import type { Frame, FrameType } from '../protocol/frame.js';
import type { BatchPolicy } from './batch-policy.js';

/** A job that can be computed together with others of its kind, in one call of a vectorised function. */
export interface Batchable {
  /** Equal for jobs that can share a batch: the same function, with arguments of the same names and types. */
  readonly key: string;
  /** Number of its items, at least 1: rows, or elements of each argument. */
  readonly items: number;
  readonly policy: BatchPolicy;
  /** Makes one call for this job and others with the same key, in the given order. */
  merge(jobs: readonly Batchable[]): MergedCall;
  /** Whether a call for this job alone has succeeded. */
  succeeded(alone: Frame): boolean;
  /** Whether its part of a batch's answer equals the answer that it gets alone. */
  isSame(part: unknown, alone: Frame): boolean;
}

/** One call for several jobs. */
export interface MergedCall {
  readonly type: FrameType;
  readonly payload: readonly Buffer[];
  split(answer: Frame): Split;
}

/**
 * A batch's answer split into one part per job, or why it can't be split: the call failed, perhaps because of one job,
 * or its result does not have one part per item. A job whose part is undefined must run alone.
 */
export type Split =
  | { readonly kind: 'parts'; readonly parts: readonly unknown[] }
  | { readonly kind: 'failed'; readonly reason?: string }
  | { readonly kind: 'indivisible'; readonly reason: string };
