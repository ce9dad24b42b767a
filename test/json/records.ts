/** The files that tests exchange with R: 32-bit numbers and blocks of bytes, each preceded by its length. */

export class RecordReader {
  private position = 0;

  constructor(private readonly bytes: Buffer) {}

  get atEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  int(): number {
    const value = this.bytes.readInt32LE(this.position);
    this.position += 4;
    return value;
  }

  /** `undefined` for the length -1. */
  block(): Buffer | undefined {
    const length = this.int();
    if (length < 0) return undefined;
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }
}

export class RecordWriter {
  private readonly parts: Buffer[] = [];

  int(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    this.parts.push(bytes);
  }

  block(bytes: Buffer | undefined): void {
    this.int(bytes?.length ?? -1);
    if (bytes) this.parts.push(bytes);
  }

  finish(): Buffer {
    return Buffer.concat(this.parts);
  }
}
