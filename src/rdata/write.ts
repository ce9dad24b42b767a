import { ByteSink } from './byte-sink.js';
import { PieceSink } from './piece-sink.js';
import type { RValue } from './value.js';
import { ValueWriter } from './value-writer.js';

/** Version 2 of the format records the writer, here R 4.0.0, and the oldest reader, R 2.3.0. */
const WRITER_VERSION = 0x040000;
const OLDEST_READER = 0x020300;

/**
 * Writes input for R's `unserialize()`: version 2 in native binary (`B\n`, little-endian). Every R since 2.3.0 reads
 * it, and it is the cheapest format for both sides.
 */
export function writeRData(value: RValue): Buffer {
  const sink = new ByteSink();
  try {
    write(value, sink);
    return sink.finish();
  } catch (error) {
    sink.abandon();
    throw error;
  }
}

/** The same in pieces. Large pieces share memory with the value. */
export function writeRDataPieces(value: RValue): Uint8Array[] {
  const sink = new PieceSink();
  write(value, sink);
  return sink.pieces();
}

function write(value: RValue, sink: ByteSink): void {
  sink.memory(MAGIC);
  sink.pair(2, WRITER_VERSION);
  sink.int(OLDEST_READER);
  new ValueWriter(sink).write(value);
}

const MAGIC = Buffer.from('B\n', 'latin1');
