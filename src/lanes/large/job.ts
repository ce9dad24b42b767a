import type { JsonParseOptions, JsonPrintOptions } from '../../json/index.js';
import type { RValue } from '../../rdata/index.js';

/** Parses a JSON body and serializes the call for R that contains it. */
export interface ParseJob {
  readonly kind: 'parse';
  readonly body: Uint8Array;
  readonly options: JsonParseOptions;
  /** The elements of the call before and after the parsed body. */
  readonly before: readonly RValue[];
  readonly after: readonly RValue[];
}

/** Prints the value of a value frame as JSON. */
export interface PrintJob {
  readonly kind: 'print';
  readonly payload: Uint8Array;
  /** Options of the app's JSON serializers. The frame names the serializer to use. */
  readonly options: readonly JsonPrintOptions[];
  /** Largest JSON text, in bytes. */
  readonly limit: number;
}

/** Checks whether a text is valid JSON. */
export interface CheckJob {
  readonly kind: 'check';
  readonly body: Uint8Array;
}

export type LargeJob = ParseJob | PrintJob | CheckJob;

export interface Parsed {
  readonly kind: 'parsed';
  readonly pieces: readonly Uint8Array[];
}

/** The parts of a value frame, with its value printed as JSON. */
export interface Printed {
  readonly kind: 'printed';
  /** Index of the serializer, from 1. */
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

/** Only R can do the job. */
export interface LeftToR {
  readonly kind: 'left-to-r';
  readonly reason: string;
}

export interface TooLong {
  readonly kind: 'too-long';
}

/** Results by kind of job. */
export interface LargeResults {
  readonly parse: Parsed | LeftToR;
  readonly print: Printed | LeftToR | TooLong;
  readonly check: Checked | LeftToR;
}
export type LargeResult = LargeResults[LargeJob['kind']];

/** The same memory as a Buffer. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
