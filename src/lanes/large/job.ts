import type { JsonParseOptions, JsonPrintOptions } from '../../json/index.js';
import type { RValue } from '../../rdata/index.js';

/** Parse a JSON body and write the call that R gets, of which it is one part. */
export interface ParseJob {
  readonly kind: 'parse';
  readonly body: Uint8Array;
  readonly options: JsonParseOptions;
  /** The elements of the call around the parsed body. */
  readonly before: readonly RValue[];
  readonly after: readonly RValue[];
}

/** Print the value of a value frame as JSON. */
export interface PrintJob {
  readonly kind: 'print';
  readonly payload: Uint8Array;
  /** Of the app's JSON serializers; the frame says which. */
  readonly options: readonly JsonPrintOptions[];
  /** Bytes of JSON at most. */
  readonly limit: number;
}

/** Say whether a text is valid JSON. */
export interface CheckJob {
  readonly kind: 'check';
  readonly body: Uint8Array;
}

export type LargeJob = ParseJob | PrintJob | CheckJob;

export interface Parsed {
  readonly kind: 'parsed';
  readonly pieces: readonly Uint8Array[];
}

/** The parts of a value frame, and the text that its value has become. */
export interface Printed {
  readonly kind: 'printed';
  /** Of the serializer, from 1. */
  readonly index: number;
  readonly status: number | null | undefined;
  readonly names: string[];
  readonly values: string[];
  readonly pieces: readonly Uint8Array[];
}

export interface Checked {
  readonly kind: 'checked';
  readonly valid: boolean;
}

/** Only R can tell. */
export interface LeftToR {
  readonly kind: 'left-to-r';
  readonly reason: string;
}

export interface TooLong {
  readonly kind: 'too-long';
}

/** By the kind of job. */
export interface LargeResults {
  readonly parse: Parsed | LeftToR;
  readonly print: Printed | LeftToR | TooLong;
  readonly check: Checked | LeftToR;
}
export type LargeResult = LargeResults[LargeJob['kind']];

/** The same memory, as Node's own kind of it. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
