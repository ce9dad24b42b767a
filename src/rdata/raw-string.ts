/**
 * The bytes of a string that is not simply UTF-8, with how R has it marked.
 *
 * R's strings carry an encoding each. `native` has no mark (C code made it from bytes), `latin1` and `bytes` are
 * marked so, and `utf8` is here only when the bytes are marked UTF-8 but are not valid UTF-8.
 */
export interface RawString {
  readonly encoding: 'native' | 'latin1' | 'bytes' | 'utf8';
  readonly bytes: Buffer;
}

export function rawString(encoding: RawString['encoding'], bytes: Buffer): RawString {
  return { encoding, bytes };
}
