/**
 * `Buffer` methods that Node has but does not type: `toString` and `write` for one encoding. Looking up the encoding by
 * name takes as long as the work itself on the short strings of R data.
 */
interface UntypedMethods {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, start: number): number;
  latin1Write(text: string, start: number): number;
}
export type FastBuffer = Buffer & UntypedMethods;

export function fastBuffer(buffer: Buffer): FastBuffer {
  return buffer as FastBuffer;
}
