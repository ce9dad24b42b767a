/**
 * A parsed JSON text before jsonlite's simplification. It keeps what `JSON.parse` loses and R can see: whether a
 * number was written as an integer, duplicate keys, and the order of keys that look like numbers.
 */
import type { RValue } from '../../rdata/value.js';

export type JsonNode = null | boolean | string | number | JsonDouble | JsonNode[] | JsonObject | JsonBuilt;

/** A number that R makes a double: written with a point or exponent, or beyond 32 bits. Plain numbers are integers. */
export class JsonDouble {
  constructor(readonly value: number) {}
}

export class JsonObject {
  /** Objects of an array that have the same keys share one array of them. */
  constructor(
    readonly keys: readonly string[],
    readonly values: JsonNode[],
  ) {}
}

/** A large array that was read as the vector, matrix or data frame that it is; stands only in objects, or alone. */
export class JsonBuilt {
  /** @param value given how columns are simplified that are still in the general form */
  constructor(readonly value: (simplify: (nodes: JsonNode[]) => RValue) => RValue) {}
}
