import type { RValue } from '../../rdata/value.js';
import type { NotCovered } from '../not-covered.js';
import { covered } from '../not-covered.js';
import { type JsonPrintOptions, printOptions } from './options.js';
import { JsonPieceSink } from './piece-sink.js';
import { JsonPrinter } from './printer.js';
import { JsonSink } from './sink.js';

/** The bytes that `jsonlite::toJSON(value, …)` writes. `NotCovered` if that is not certain: ask R then. */
export function printJson(value: RValue, options?: Partial<JsonPrintOptions>): Buffer | NotCovered {
  return printJsonWith(value, printOptions(options));
}

/** The same with complete options, which callers reuse for many values. */
export function printJsonWith(value: RValue, options: JsonPrintOptions): Buffer | NotCovered {
  const sink = new JsonSink();
  const result = covered(() => {
    new JsonPrinter(sink, options).print(value);
    return sink.finish();
  });
  sink.release();
  return result;
}

/** The same in pieces, for large values. Throws `TextTooLong` beyond `limit` bytes. */
export function printLargeJson(
  value: RValue,
  options: JsonPrintOptions,
  limit: number,
): Uint8Array[] | NotCovered {
  const sink = new JsonPieceSink(limit);
  return covered(() => {
    new JsonPrinter(sink, options).print(value);
    return sink.pieces();
  });
}
