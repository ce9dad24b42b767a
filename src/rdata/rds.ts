import { decompress } from './decompress.js';
import { type ReadLimits, readRData } from './read.js';
import type { RValue } from './value.js';

export interface RdsLimits extends ReadLimits {
  /** Bytes without the compression. */
  readonly maxBytes?: number;
}

/** Reads the content of an `.rds` file: not compressed, or with gzip, bzip2 or xz. */
export async function readRds(bytes: Uint8Array, limits: RdsLimits = {}): Promise<RValue> {
  const { maxBytes = 1024 ** 3, ...others } = limits;
  return readRData(await decompress(bytes, maxBytes), others);
}
