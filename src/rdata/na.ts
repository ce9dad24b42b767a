/** R's missing values. */

export const NA_INTEGER = -2147483648;

/** `NA_real_` is a NaN with 1954 in its low word. */
const NA_REAL_LOW = 1954;

// Built from bits, as in R: assigning a NaN to an element may lose its payload.
const naRealBytes = new Uint8Array(8);
new DataView(naRealBytes.buffer).setUint32(0, NA_REAL_LOW, true);
new DataView(naRealBytes.buffer).setUint32(4, 0x7ff00000, true);

/** Whether element `i` is NA and not just NaN. */
export function isNaReal(values: Float64Array, i: number): boolean {
  const x = values[i];
  if (x === undefined || !Number.isNaN(x)) return false;
  return new DataView(values.buffer, values.byteOffset + 8 * i, 8).getUint32(0, true) === NA_REAL_LOW;
}

export function setNaReal(values: Float64Array, i: number): void {
  new Uint8Array(values.buffer, values.byteOffset + 8 * i, 8).set(naRealBytes);
}
