import { isUtf8 } from 'node:buffer';
import { Flag, Level, TypeCode } from './type-code.js';

const FLAGS_ASCII = TypeCode.char | (Level.ascii << Flag.levelShift);
const FLAGS_UTF8 = TypeCode.char | (Level.utf8 << Flag.levelShift);
const HEAD_BYTES = 8;
/** Up to this many bytes, a loop is faster than creating a view. */
const SHORT_STRING_BYTES = 48;

/**
 * Strings as R serializes them, one after the other: flags, length, content; little-endian. Large columns stay packed
 * between JSON and R: a JavaScript string for each would need several times the memory and most of the time.
 */
export class PackedText {
  constructor(
    readonly bytes: Uint8Array,
    readonly length: number,
  ) {}

  strings(): (string | null)[] {
    const buffer = Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    const cursor = new PackedCursor(this);
    return Array.from({ length: this.length }, (_, i) => {
      cursor.to(i);
      return cursor.missing ? null : buffer.toString('utf8', cursor.start, cursor.end);
    });
  }
}

/** A position in packed text. Moving forward is cheap; moving back starts over. */
export class PackedCursor {
  readonly bytes: Uint8Array;
  start = HEAD_BYTES;
  end = 0;
  missing = false;
  private index = 0;
  private readonly view: DataView;

  constructor(text: PackedText) {
    this.bytes = text.bytes;
    this.view = new DataView(text.bytes.buffer, text.bytes.byteOffset, text.bytes.byteLength);
    if (text.length > 0) this.look(0);
  }

  /** @param index less than the number of strings */
  to(index: number): void {
    if (index === this.index) return;
    if (index < this.index) {
      this.index = 0;
      this.look(0);
    }
    while (this.index < index) {
      this.index++;
      this.look(this.end);
    }
  }

  private look(at: number): void {
    const size = this.view.getInt32(at + 4, true);
    this.missing = size < 0;
    this.start = at + HEAD_BYTES;
    this.end = this.missing ? this.start : this.start + size;
  }
}

/** The `length` strings that start at `from`; undefined if one of them is not plain UTF-8. */
export function packedTextAt(bytes: Uint8Array, from: number, length: number): PackedText | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = from;
  for (let i = 0; i < length; i++) {
    if (at + HEAD_BYTES > bytes.length) return undefined;
    const flags = view.getInt32(at, true);
    const size = view.getInt32(at + 4, true);
    at += HEAD_BYTES;
    if (size === -1 && flags === TypeCode.char) continue;
    if (size < 0 || at + size > bytes.length) return undefined;
    if (flags !== FLAGS_ASCII && flags !== FLAGS_UTF8) return undefined;
    if (flags === FLAGS_UTF8 && !isUtf8(bytes.subarray(at, at + size))) return undefined;
    at += size;
  }
  return new PackedText(bytes.subarray(from, at), length);
}

/** Builds packed text. */
export class TextPacker {
  length = 0;
  private position = 0;
  private buffer: Buffer;
  private view: DataView;

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(bytes);
    this.view = new DataView(this.buffer.buffer);
  }

  missing(): void {
    this.reserve(HEAD_BYTES);
    this.view.setInt32(this.position, TypeCode.char, true);
    this.view.setInt32(this.position + 4, -1, true);
    this.position += HEAD_BYTES;
    this.length++;
  }

  /** Adds the UTF-8 between two positions of `source`. */
  copy(source: Uint8Array, from: number, to: number, ascii: boolean): void {
    const size = to - from;
    this.reserve(HEAD_BYTES + size);
    const start = this.position + HEAD_BYTES;
    if (size > SHORT_STRING_BYTES) this.buffer.set(source.subarray(from, to), start);
    else for (let i = 0; i < size; i++) this.buffer[start + i] = source[from + i] as number;
    this.close(size, ascii);
  }

  text(text: string): void {
    this.reserve(HEAD_BYTES + 3 * text.length);
    const size = this.buffer.write(text, this.position + HEAD_BYTES, 'utf8');
    this.close(size, size === text.length);
  }

  private close(size: number, ascii: boolean): void {
    this.view.setInt32(this.position, ascii ? FLAGS_ASCII : FLAGS_UTF8, true);
    this.view.setInt32(this.position + 4, size, true);
    this.position += HEAD_BYTES + size;
    this.length++;
  }

  finish(): PackedText {
    return new PackedText(this.buffer.subarray(0, this.position), this.length);
  }

  private reserve(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.ceil(1.5 * this.buffer.length)));
    this.buffer.copy(larger, 0, 0, this.position);
    this.buffer = larger;
    this.view = new DataView(larger.buffer);
  }
}
