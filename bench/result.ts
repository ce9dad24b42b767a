import type { Spread } from './statistics.js';

/** One measured quantity of a scenario. */
export interface Measure {
  readonly label: string;
  readonly better: 'higher' | 'lower';
}

/** Latency percentiles. */
export interface Curve {
  readonly name: string;
  readonly connections: number;
  readonly points: readonly { readonly percentile: number; readonly ms: number }[];
}

/** Good answers a second with so many clients at once. */
export interface CrowdPoint {
  readonly name: string;
  readonly connections: number;
  readonly perSecond: number;
}

export interface Row {
  readonly name: string;
  /** One for each measure of the scenario, in the same order. */
  readonly values: readonly Spread[];
  /** Requests without a correct answer, over all rounds. */
  readonly failed: number;
  /** Drawn in a separate chart. */
  readonly curve?: Curve;
  /** A point of the chart of crowds. */
  readonly crowd?: CrowdPoint;
}

export interface Result {
  readonly title: string;
  /** Day of the measurement, such as 2026-11-30. */
  readonly date: string;
  /** How it was measured. */
  readonly method: string;
  /** The first measure is used for the chart and the comparison. */
  readonly measures: readonly Measure[];
  readonly rows: readonly Row[];
}
