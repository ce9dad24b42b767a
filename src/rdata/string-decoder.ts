import { isUtf8 } from 'node:buffer';
import { type RawString, rawString } from './raw-string.js';
import { Level } from './type-code.js';

/** A decoded string. It has a mark if the text alone does not determine its bytes and encoding. */
export interface DecodedString {
  readonly text: string;
  readonly mark: RawString | undefined;
}

/**
 * What R decodes bytes 0x80 to 0x9f of a Latin-1 string to: Windows-1252, and the code of a byte that it lacks. Not
 * Node's own decoder, which takes them for ISO-8859-1 in some versions.
 */
const WINDOWS_1252 = [...'€<81>‚ƒ„…†‡ˆ‰Š‹Œ<8d>Ž<8f><90>‘’“”•–—˜™š›œ<9d>žŸ'.matchAll(/<..>|./gu)].map(
  ([text]) => text,
);

function decodeLatin1(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (text) => WINDOWS_1252[text.charCodeAt(0) - 0x80]!);
}

/** Decodes an R string. Its general purpose bits, `levels`, name the encoding. */
export function decodeString(bytes: Buffer, levels: number, nativeIsLatin1: boolean): DecodedString {
  if (levels & Level.utf8) {
    const mark = isUtf8(bytes) ? undefined : rawString('utf8', Buffer.from(bytes));
    return { text: bytes.toString('utf8'), mark };
  }
  if (isAscii(bytes)) {
    const mark = levels & Level.bytes ? rawString('bytes', Buffer.from(bytes)) : undefined;
    return { text: bytes.toString('latin1'), mark };
  }
  // R treats "latin1" as Windows-1252 wherever its iconv supports that.
  if (levels & Level.latin1)
    return { text: decodeLatin1(bytes), mark: rawString('latin1', Buffer.from(bytes)) };
  const encoding = levels & Level.bytes ? 'bytes' : 'native';
  const text = encoding === 'native' && nativeIsLatin1 ? decodeLatin1(bytes) : bytes.toString('utf8');
  return { text, mark: rawString(encoding, Buffer.from(bytes)) };
}

function isAscii(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) > 127) return false;
  return true;
}
