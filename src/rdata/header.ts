import type { ByteSource } from './byte-source.js';

/** What comes before the value in serialized data. */
export interface Header {
  readonly writerVersion: number;
  /** The encoding of strings without a mark. Format version 2 does not record it. */
  readonly nativeEncoding: string;
}

export function readHeader(source: ByteSource): Header {
  const version = source.int();
  const writerVersion = source.int();
  source.int(); // The oldest R that can read it.
  if (version === 2) return { writerVersion, nativeEncoding: 'UTF-8' };
  if (version !== 3) source.fail('unsupported', `unknown version ${version} of R's serialization format`);
  const length = source.int();
  if (length < 0 || length > 64) source.fail('malformed', 'the encoding name is too long');
  return { writerVersion, nativeEncoding: source.latin1(length) };
}
