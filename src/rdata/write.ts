import { ByteSink } from './byte-sink.js';
import { PieceSink } from './piece-sink.js';
import type { RValue } from './value.js';
import { ValueWriter } from './value-writer.js';

/** R 4.0.0 as the writer, R 2.3.0 as the oldest reader: what version 2 of the format says. */
const WRITER_VERSION = 0x040000;
const OLDEST_READER = 0x020300;

/**
 * Writes what R's `unserialize()` reads: version 2 in native binary (`B\n`, little-endian), which every R since
 * 2.3.0 knows and which is the cheapest for both sides.
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

/** The same in pieces, of which the large ones are the memory of the value itself. */
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
