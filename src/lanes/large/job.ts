import type { JsonParseOptions, JsonPrintOptions, OutlineLimits } from '../../json/index.js';
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

/** Parses a JSON text into a JavaScript value. */
export interface ReadJob {
  readonly kind: 'read';
  readonly body: Uint8Array;
  readonly limits: OutlineLimits;
}

export type LargeJob = ParseJob | PrintJob | CheckJob | ReadJob;

/** Asks for the next slice, or the result, of a `ReadJob`. */
export interface Next {
  readonly kind: 'next';
}

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

/** Part of a long array in the value of a `ReadJob`: taking over all of it at once would delay other requests. */
export interface Slice {
  readonly kind: 'slice';
  /** Index of the array in `Read.arrays`. */
  readonly array: number;
  readonly items: readonly unknown[];
}

/** The value, in which the arrays at these paths are empty. `LargeThreads` fills them with the slices. */
export interface Read {
  readonly kind: 'read';
  readonly value: unknown;
  readonly arrays: readonly (readonly (string | number)[])[];
}

/** The text exceeds the limits, or is not valid JSON. */
export interface NotRead {
  readonly kind: 'too-complex' | 'invalid';
  readonly reason: string;
}

/** Only R can do the job. */
export interface LeftToR {
  readonly kind: 'left-to-r';
  readonly reason: string;
  /** Whether it is only because too many other jobs wait. */
  readonly busy?: boolean;
}

export interface TooLong {
  readonly kind: 'too-long';
}

/** Results by kind of job. */
export interface LargeResults {
  readonly parse: Parsed | LeftToR;
  readonly print: Printed | LeftToR | TooLong;
  readonly check: Checked | LeftToR;
  readonly read: Read | NotRead | LeftToR;
}
export type LargeResult = LargeResults[LargeJob['kind']];

/** The same memory as a Buffer. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
