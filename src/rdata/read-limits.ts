/** Limits on what reading may cost beyond the size of the input. */
export interface ReadLimits {
  /** Levels of nesting: lists in lists, attributes of attributes. JavaScript's stack holds twice the default. */
  readonly maxDepth?: number;
  /** Total number of elements that short forms such as `1:1e6` may expand to. */
  readonly maxExpanded?: number;
  /** Vectors of at least this many strings stay packed, in the memory of the input. By default none does. */
  readonly packFrom?: number;
}

export const DEFAULT_LIMITS: Required<ReadLimits> = {
  maxDepth: 500,
  maxExpanded: 2 ** 24,
  packFrom: Number.POSITIVE_INFINITY,
};
