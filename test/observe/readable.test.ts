import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readable } from '../../src/observe/readable.js';

test('shows escape sequences, also 8-bit ones, instead of sending them to the terminal', () => {
  expect(readable('\x1b[2J\x9b31mred\x07')).toBe('\\x1b[2J\\x9b31mred\\x07');
  expect(readable('a\rb\u202ec')).toBe('a\\x0db\\u202ec');
  expect(readable('Größe\t☃ 日本')).toBe('Größe\t☃ 日本');
});

test('further lines of a text cannot be taken for lines of the log', () => {
  expect(readable('one\r\ntwo\n[12:00:00.000] INFO: forged')).toBe(
    'one\n    two\n    [12:00:00.000] INFO: forged',
  );
});

test('no text brings a control character to the terminal', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0x2100 })), (codes) => {
      const shown = [...readable(String.fromCharCode(...codes))].map((character) => character.charCodeAt(0));
      const commands = shown.filter((code) => code < 32 || (code >= 127 && code < 160));
      expect(commands.filter((code) => code !== 9 && code !== 10)).toEqual([]);
    }),
  );
});
