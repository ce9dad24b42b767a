import { decompress } from './decompress.js';
import { readRData } from './read.js';
import type { ReadLimits } from './read-limits.js';
import type { RValue } from './value.js';

export interface RdsLimits extends ReadLimits {
  /** Size after decompression. */
  readonly maxBytes?: number;
}

/** Reads the content of an `.rds` file, plain or compressed with gzip, bzip2 or xz. */
export async function readRds(bytes: Uint8Array, limits: RdsLimits = {}): Promise<RValue> {
  const { maxBytes = 1024 ** 3, ...others } = limits;
  return readRData(await decompress(bytes, maxBytes), others);
}
