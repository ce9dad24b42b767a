import { AsciiSource } from './ascii-source.js';
import { BinarySource, type ByteSource } from './byte-source.js';
import { RDataError } from './rdata-error.js';
import type { RValue } from './value.js';
import { ValueReader } from './value-reader.js';

/** What reading may cost beyond the size of the input itself. */
export interface ReadLimits {
  /** Levels of nesting: lists in lists, attributes of attributes. JavaScript's stack holds twice the default. */
  readonly maxDepth?: number;
  /** Elements that short forms such as `1:1e6` may expand to, in total. */
  readonly maxExpanded?: number;
  /** Vectors of at least so many strings stay packed, in the memory of the input. By default none does. */
  readonly packFrom?: number;
}

/** What precedes the value. */
export interface Header {
  readonly writerVersion: number;
  /** The encoding of strings without a mark; version 2 does not say it. */
  readonly nativeEncoding: string;
}

const DEFAULT_LIMITS: Required<ReadLimits> = { maxDepth: 500, maxExpanded: 2 ** 24, packFrom: Infinity };

/**
 * Reads what R's `serialize()` wrote: versions 2 and 3, in native binary (little-endian), XDR or text.
 * Fails with `RDataError` and nothing else, and allocates no more than a small multiple of the input.
 */
export function readRData(bytes: Uint8Array, limits: ReadLimits = {}): RValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const source = openSource(buffer);
  const header = readHeader(source);
  const value = new ValueReader(source, header, { ...DEFAULT_LIMITS, ...limits }).read();
  if (!source.atEnd) throw new RDataError('malformed', 'there is more after the value', source.position);
  return value;
}

function openSource(buffer: Buffer): ByteSource {
  if (buffer.length < 2) throw new RDataError('truncated', 'the input is too short to be R data', 0);
  const kind = String.fromCharCode(buffer[0] as number);
  if (buffer[1] !== 10 || !'BXA'.includes(kind)) throw new RDataError('malformed', 'this is not R data', 0);
  return kind === 'A' ? new AsciiSource(buffer, 2) : new BinarySource(buffer, 2, kind === 'B');
}

function readHeader(source: ByteSource): Header {
  const version = source.int();
  const writerVersion = source.int();
  source.int(); // The oldest R that can read it.
  if (version === 2) return { writerVersion, nativeEncoding: 'UTF-8' };
  if (version !== 3) throw new RDataError('unsupported', `version ${version} of R's format is not known`, 2);
  const length = source.int();
  if (length < 0 || length > 64)
    throw new RDataError('malformed', 'the encoding name is too long', source.position);
  return { writerVersion, nativeEncoding: source.latin1(length) };
}
