import type { NumberText } from './scalars.js';

/** What applies at one level; `subMatrix` is what the levels below get as `matrix`. */
export interface Level {
  readonly vector: boolean;
  readonly dataFrame: boolean;
  readonly matrix: boolean;
  readonly subMatrix: boolean;
  readonly text: NumberText;
}
