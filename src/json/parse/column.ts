import { NA_INTEGER, setNaReal } from '../../rdata/na.js';
import { packedCharacter } from '../../rdata/packed-character.js';
import { TextPacker } from '../../rdata/packed-text.js';
import type { RAtomic } from '../../rdata/value.js';
import { rDouble, rInteger, rLogical } from '../../rdata/value.js';

/** Thrown if values do not fit the structure being built. They are then read again, by `JsonReader`. */
export const UNFIT = Symbol('unfit');

const FIRST_LENGTH = 64;
const SPECIAL = new Set(['NA', 'NaN', 'Inf', '-Inf']);

/**
 * Collects the scalars of a JSON array in a vector of their widest type so far, as jsonlite would return it. Values that
 * need a second look do not fit: numbers and booleans among strings, and strings that mean numbers.
 */
export class ScalarColumn {
  length = 0;
  kind: 'missing' | 'logical' | 'integer' | 'double' | 'text' = 'missing';
  #integers = new Int32Array(0);
  #doubles = new Float64Array(0);
  #text: TextPacker | undefined;

  missing(): void {
    switch (this.kind) {
      case 'missing':
        break;
      case 'double':
        this.#reserveDouble();
        setNaReal(this.#doubles, this.length);
        break;
      case 'text':
        this.#text!.missing();
        break;
      default:
        this.#reserveInteger();
        this.#integers[this.length] = NA_INTEGER;
    }
    this.length++;
  }

  logical(value: boolean): void {
    if (this.kind === 'missing') this.#become('logical');
    this.#number(Number(value));
  }

  integer(value: number): void {
    if (this.kind === 'logical') this.kind = 'integer';
    else if (this.kind === 'missing') this.#become('integer');
    this.#number(value);
  }

  double(value: number): void {
    if (this.kind !== 'double') this.#become('double');
    this.#number(value);
  }

  /** Adds a string: the UTF-8 between two positions of `source`. */
  text(source: Uint8Array, from: number, to: number, ascii: boolean): void {
    if (this.kind !== 'text') {
      if (to - from <= 4 && SPECIAL.has(String.fromCharCode(...source.subarray(from, to)))) throw UNFIT;
      this.#become('text');
    }
    this.#text!.copy(source, from, to, ascii);
    this.length++;
  }

  string(text: string): void {
    if (this.kind !== 'text') {
      if (SPECIAL.has(text)) throw UNFIT;
      this.#become('text');
    }
    this.#text!.text(text);
    this.length++;
  }

  value(): RAtomic {
    switch (this.kind) {
      case 'text':
        return packedCharacter(this.#text!.finish());
      case 'double':
        return rDouble(this.#doubles.subarray(0, this.length));
      case 'integer':
        return rInteger(this.#integers.subarray(0, this.length));
      case 'logical':
        return rLogical(this.#integers.subarray(0, this.length));
      default:
        return rLogical(new Int32Array(this.length).fill(NA_INTEGER));
    }
  }

  #number(value: number): void {
    if (this.kind === 'double') {
      this.#reserveDouble();
      this.#doubles[this.length++] = value;
    } else if (this.kind === 'text') throw UNFIT;
    else {
      this.#reserveInteger();
      this.#integers[this.length++] = value;
    }
  }

  #become(kind: 'logical' | 'integer' | 'double' | 'text'): void {
    const { length } = this;
    if (kind === 'double') {
      if (this.kind === 'text') throw UNFIT;
      const integers = this.#integers;
      this.#doubles = new Float64Array(Math.max(FIRST_LENGTH, 2 * length));
      for (let i = 0; i < length; i++) {
        const x = this.kind === 'missing' ? NA_INTEGER : (integers[i] as number);
        if (x === NA_INTEGER) setNaReal(this.#doubles, i);
        else this.#doubles[i] = x;
      }
      this.#integers = new Int32Array(0);
    } else if (this.kind !== 'missing') throw UNFIT;
    else if (kind === 'text') {
      this.#text = new TextPacker(16 * Math.max(FIRST_LENGTH, length));
      for (let i = 0; i < length; i++) this.#text.missing();
    } else this.#integers = new Int32Array(Math.max(FIRST_LENGTH, 2 * length)).fill(NA_INTEGER, 0, length);
    this.kind = kind;
  }

  #reserveInteger(): void {
    if (this.length < this.#integers.length) return;
    const larger = new Int32Array(2 * this.length);
    larger.set(this.#integers);
    this.#integers = larger;
  }

  #reserveDouble(): void {
    if (this.length < this.#doubles.length) return;
    const larger = new Float64Array(2 * this.length);
    larger.set(this.#doubles); // copies memory, which keeps NA's payload
    this.#doubles = larger;
  }
}
