import type { Spread } from './statistics.js';

/** One measured quantity of a scenario. */
export interface Measure {
  readonly label: string;
  readonly better: 'higher' | 'lower';
}

/** How long answers take, by the share of them that is as fast. */
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
  /** One for each measure of the scenario, in its order. */
  readonly values: readonly Spread[];
  /** Requests without a right answer, over all rounds. */
  readonly failed: number;
  /** Drawn in a chart of its own. */
  readonly curve?: Curve;
  /** A point of the chart of crowds. */
  readonly crowd?: CrowdPoint;
}

export interface Result {
  readonly title: string;
  /** What exactly was done, for the reader of the tables. */
  readonly method: string;
  /** The first is the one that is charted and compared. */
  readonly measures: readonly Measure[];
  readonly rows: readonly Row[];
}
