/**
 * `Buffer` methods that Node has but does not type: `toString` and `write` without the look-up of the encoding's
 * name, which costs as much as the work itself on the short strings that R data is made of.
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
