/** The parts of a JSON text around the values: keys, commas, brackets. */
import type { Cells } from './json-cells.js';
import { JsonSink } from './json-sink.js';
import { makeUnique } from './make-unique.js';

/**
 * The keys that jsonlite gives to elements of these names, quoted and with their colon: positions for missing
 * names, and distinct.
 */
export function objectKeys(names: readonly (string | null)[], noDots: boolean, spaced = false): Buffer[] {
  let keys = names.map((name, i) => name || String(i + 1));
  if (noDots) keys = keys.map((key) => key.replaceAll('.', '_'));
  return makeUnique(keys).map((key) => {
    const sink = new JsonSink();
    sink.string(key);
    sink.ascii(spaced ? ': ' : ':');
    return sink.finish();
  });
}

/** An atomic vector as an array, or its only element. */
export function writeVector(sink: JsonSink, cells: Cells, unbox: boolean, spaced: boolean): void {
  if (unbox && cells.length === 1) {
    cells.write(0);
    return;
  }
  sink.byte(91);
  for (let i = 0; i < cells.length; i++) {
    if (i > 0) {
      sink.byte(44);
      if (spaced) sink.byte(32);
    }
    cells.write(i);
  }
  sink.byte(93);
}
