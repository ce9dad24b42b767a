/** The keys, commas and brackets of a JSON text. */
import type { Cells } from './cells.js';
import { makeUnique } from './make-unique.js';
import { JsonSink } from './sink.js';

/** Up to this many names, comparing all pairs is cheaper than a set. */
const FEW_NAMES = 12;

/** Whether the names can be used as keys: none missing, no duplicates. Nearly always true. */
function areKeys(names: readonly (string | null)[], noDots: boolean): names is readonly string[] {
  if (noDots) return false;
  for (let i = 0; i < names.length; i++) {
    if (!names[i]) return false;
    if (names.length > FEW_NAMES) continue;
    for (let j = 0; j < i; j++) if (names[i] === names[j]) return false;
  }
  return names.length <= FEW_NAMES || new Set(names).size === names.length;
}

export function writeKey(sink: JsonSink, key: string, spaced: boolean): void {
  sink.string(key);
  sink.byte(58);
  if (spaced) sink.byte(32);
}

/** The keys from `keyNames()`, quoted and with their colon. */
export function objectKeys(names: readonly (string | null)[], noDots: boolean, spaced = false): Buffer[] {
  return keyNames(names, noDots).map((key) => {
    const sink = new JsonSink();
    writeKey(sink, key, spaced);
    return sink.finish();
  });
}

/** jsonlite's keys for elements with these names: distinct, and the position where a name is missing. */
export function keyNames(names: readonly (string | null)[], noDots: boolean): readonly string[] {
  if (areKeys(names, noDots)) return names;
  const keys = names.map((name, i) => name || String(i + 1));
  return makeUnique(noDots ? keys.map((key) => key.replaceAll('.', '_')) : keys);
}

/** Writes an atomic vector as an array, or its only element if unboxed. */
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
