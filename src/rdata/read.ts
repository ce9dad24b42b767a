import { AsciiSource } from './ascii-source.js';
import { BinarySource, type ByteSource } from './byte-source.js';
import { readHeader } from './header.js';
import { RDataError } from './rdata-error.js';
import { DEFAULT_LIMITS, type ReadLimits } from './read-limits.js';
import type { RValue } from './value.js';
import { ValueReader } from './value-reader.js';

/**
 * Reads the output of R's `serialize()`: versions 2 and 3, in native binary (little-endian), XDR or ASCII.
 * Only ever throws `RDataError`, and allocates no more than a small multiple of the input.
 */
export function readRData(bytes: Uint8Array, limits: ReadLimits = {}): RValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const source = openSource(buffer);
  const header = readHeader(source);
  const value = new ValueReader(source, header, { ...DEFAULT_LIMITS, ...limits }).read();
  if (!source.atEnd) source.fail('malformed', 'unexpected bytes after the value');
  return value;
}

function openSource(buffer: Buffer): ByteSource {
  if (buffer.length < 2) throw new RDataError('truncated', 'the input is too short to be R data', 0);
  const format = String.fromCharCode(buffer[0] as number);
  if (buffer[1] !== 10 || !'BXA'.includes(format)) throw new RDataError('malformed', 'this is not R data', 0);
  return format === 'A' ? new AsciiSource(buffer, 2) : new BinarySource(buffer, 2, format === 'B');
}
