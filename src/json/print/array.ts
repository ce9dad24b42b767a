import type { Cells } from './cells.js';
import type { JsonSink } from './sink.js';

/** A matrix or higher array. In `cells`, the first index runs fastest. */
export interface ArrayShape {
  readonly cells: Cells;
  readonly dims: readonly number[];
  /** Dimensions from the outermost brackets to the innermost. */
  readonly order: number[];
}

export function writeArray(sink: JsonSink, shape: ArrayShape, indent: number): void {
  writeLevel(sink, shape, strides(shape.dims), 0, 0, indent);
}

/** Writes the part of an array at one index of its outermost dimension. */
export function writeSlice(sink: JsonSink, shape: ArrayShape, index: number, indent: number): void {
  const steps = strides(shape.dims);
  writeLevel(sink, shape, steps, 1, index * (steps[shape.order[0] as number] as number), indent);
}

function writeLevel(
  sink: JsonSink,
  shape: ArrayShape,
  steps: readonly number[],
  level: number,
  offset: number,
  indent: number,
): void {
  const dimension = shape.order[level] as number;
  const extent = shape.dims[dimension] as number;
  const step = steps[dimension] as number;
  const innermost = level === shape.order.length - 1;
  // Only the innermost brackets stay on one line.
  const margin = indent < 0 || innermost ? -1 : indent + 2 * level;
  sink.byte(91);
  for (let i = 0; i < extent; i++) {
    if (i > 0) sink.byte(44);
    if (margin >= 0) {
      sink.byte(10);
      sink.spaces(margin + 2);
    } else if (indent >= 0 && i > 0) sink.byte(32);
    const at = offset + i * step;
    if (innermost) shape.cells.write(at);
    else writeLevel(sink, shape, steps, level + 1, at, indent);
  }
  if (margin >= 0 && extent > 0) {
    sink.byte(10);
    sink.spaces(margin);
  }
  sink.byte(93);
}

function strides(dims: readonly number[]): number[] {
  let step = 1;
  return dims.map((extent) => {
    const mine = step;
    step *= extent;
    return mine;
  });
}
