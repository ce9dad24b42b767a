/**
 * The bytes and the encoding mark of a string that is not plain UTF-8.
 *
 * Each of R's strings carries an encoding mark. `native` means no mark, as on strings that C code creates from bytes.
 * `utf8` means that the string is marked as UTF-8 but is not valid UTF-8.
 */
export interface RawString {
  readonly encoding: 'native' | 'latin1' | 'bytes' | 'utf8';
  readonly bytes: Buffer;
}

export function rawString(encoding: RawString['encoding'], bytes: Buffer): RawString {
  return { encoding, bytes };
}
