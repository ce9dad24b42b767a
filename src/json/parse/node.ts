/**
 * A parsed JSON text before jsonlite's simplification. It keeps what `JSON.parse` loses but R can see: whether a number
 * was written as an integer, duplicate keys, and the order of keys that look like numbers.
 */
import type { RValue } from '../../rdata/value.js';

export type JsonNode = null | boolean | string | number | JsonDouble | JsonNode[] | JsonObject | JsonBuilt;

/** A number that R reads as a double: with a point or exponent, or beyond 32 bits. Plain numbers are integers. */
export class JsonDouble {
  constructor(readonly value: number) {}
}

export class JsonObject {
  /** Objects of an array that have the same keys share one array of keys. */
  constructor(
    readonly keys: readonly string[],
    readonly values: JsonNode[],
  ) {}
}

/** A large array, already read as a vector, matrix or data frame. Occurs only in objects or at the top. */
export class JsonBuilt {
  /** @param value `simplify` turns the nodes of a column into a value */
  constructor(readonly value: (simplify: (nodes: JsonNode[]) => RValue) => RValue) {}
}
