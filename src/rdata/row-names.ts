import { NA_INTEGER } from './na.js';
import type { RValue } from './value.js';

/** R's short form of the row names 1..n: NA and the number of rows. */
export function isCompact(rowNames: RValue): boolean {
  return rowNames.type === 'integer' && rowNames.values.length === 2 && rowNames.values[0] === NA_INTEGER;
}

/** The number of rows of a data frame with these row names; -1 if they are not row names. */
export function rowCount(rowNames: RValue): number {
  if (rowNames.type !== 'character' && rowNames.type !== 'integer') return -1;
  return isCompact(rowNames) ? Math.abs(rowNames.values[1] as number) : rowNames.values.length;
}
