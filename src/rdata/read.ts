import { AsciiSource } from './ascii-source.js';
import { BinarySource, type ByteSource } from './byte-source.js';
import { RDataError } from './rdata-error.js';
import type { RValue } from './value.js';
import { ValueReader } from './value-reader.js';

/** What reading may cost beyond the size of the input itself. */
export interface ReadLimits {
  /** Levels of nesting; R's own limit of nested expressions is 5000. */
  readonly maxDepth?: number;
  /** Elements that short forms such as `1:1e6` may expand to, in total. */
  readonly maxExpanded?: number;
}

const DEFAULT_LIMITS: Required<ReadLimits> = { maxDepth: 1000, maxExpanded: 2 ** 24 };

/**
 * Reads what R's `serialize()` wrote: versions 2 and 3, in native binary (little-endian), XDR or text.
 * Fails with `RDataError` and nothing else, and allocates no more than a small multiple of the input.
 */
export function readRData(bytes: Uint8Array, limits: ReadLimits = {}): RValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const source = openSource(buffer);
  const nativeEncoding = readHeader(source);
  const value = new ValueReader(source, nativeEncoding, { ...DEFAULT_LIMITS, ...limits }).read();
  if (!source.atEnd) throw new RDataError('malformed', 'there is more after the value', source.position);
  return value;
}

function openSource(buffer: Buffer): ByteSource {
  if (buffer.length < 2) throw new RDataError('truncated', 'the input is too short to be R data', 0);
  const kind = String.fromCharCode(buffer[0] as number);
  if (buffer[1] !== 10 || !'BXA'.includes(kind)) throw new RDataError('malformed', 'this is not R data', 0);
  return kind === 'A' ? new AsciiSource(buffer, 2) : new BinarySource(buffer, 2, kind === 'B');
}

/** Returns the name of the encoding of unmarked strings; version 2 does not say it. */
function readHeader(source: ByteSource): string {
  const version = source.int();
  source.int(); // The R that wrote it.
  source.int(); // The oldest R that can read it.
  if (version === 2) return 'UTF-8';
  if (version !== 3) throw new RDataError('unsupported', `version ${version} of R's format is not known`, 2);
  const length = source.int();
  if (length < 0 || length > 64)
    throw new RDataError('malformed', 'the encoding name is too long', source.position);
  return source.latin1(length);
}
