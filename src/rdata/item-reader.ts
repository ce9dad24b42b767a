import type { ByteSource } from './byte-source.js';
import type { RDataErrorKind } from './rdata-error.js';
import type { RValue } from './value.js';

/** What the readers of ALTREP and bytecode need from the reader of values that calls them. */
export interface ItemReader {
  readonly source: ByteSource;
  /** Version of the R that wrote the data, such as 0x040202. */
  readonly writerVersion: number;
  read(): RValue;
  /** Counts elements that the input itself does not contain against `maxExpanded`. */
  charge(elements: number): void;
  /** Enters a level of nesting, which counts against `maxDepth`. */
  enter(): void;
  leave(): void;
  fail(kind: RDataErrorKind, reason: string): never;
}
