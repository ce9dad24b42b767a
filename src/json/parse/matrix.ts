import type { RAtomic } from '../../rdata/value.js';
import { rInteger } from '../../rdata/value.js';
import { notCovered } from '../not-covered.js';

/** A matrix from cells in row-major order; R's order is column-major. */
export function matrixOf(cells: RAtomic, rows: number, columns: number): RAtomic {
  const attributes = [{ name: 'dim', value: rInteger(Int32Array.of(rows, columns)) }];
  if (cells.type === 'double') {
    // Copied as bits, since a copy of numbers may lose NA's payload.
    const from = new BigInt64Array(cells.values.buffer, cells.values.byteOffset, cells.values.length);
    const values = new Float64Array(cells.values.length);
    transpose(from, new BigInt64Array(values.buffer), rows, columns);
    return { type: 'double', values, attributes };
  }
  if (cells.type !== 'integer' && cells.type !== 'logical') return notCovered(`a matrix of ${cells.type}`);
  const values = new Int32Array(cells.values.length);
  transpose(cells.values, values, rows, columns);
  return { type: cells.type, values, attributes };
}

function transpose<T extends Int32Array | BigInt64Array>(
  from: T,
  to: T,
  rows: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j] as number & bigint;
  }
}
