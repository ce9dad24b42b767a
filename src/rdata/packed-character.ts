import type { PackedText } from './packed-text.js';
import type { Attributes, RCharacter } from './value.js';

/** A character vector of packed text. Its strings are created on first use. */
export function packedCharacter(packed: PackedText): RCharacter {
  return new PackedCharacter(packed);
}

class PackedCharacter implements RCharacter {
  readonly type = 'character';
  attributes: Attributes | undefined = undefined;
  #strings: (string | null)[] | undefined;

  constructor(readonly packed: PackedText) {}

  get values(): (string | null)[] {
    this.#strings ??= this.packed.strings();
    return this.#strings;
  }
}
