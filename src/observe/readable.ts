/**
 * What a terminal obeys instead of showing it: control characters, also the 8-bit ones, which some terminals take for
 * escape sequences, and marks that change the order of the text around them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about these characters
const COMMANDS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A text of others for a terminal. It cannot change what is shown. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(COMMANDS, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** The same for a line of the log: it cannot look like further lines. */
export function readable(text: string): string {
  return visible(text).replaceAll('\n', '\n    ');
}
