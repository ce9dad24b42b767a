import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatDouble } from '../../src/json/print/cells.js';
import { printOptions } from '../../src/json/print/options.js';
import { formatGeneral } from '../../src/rdata/general-format.js';
import { numberText } from '../../src/rdata/number-text.js';
import { RecordReader } from '../json/records.js';
import { sized } from '../support/sized.js';
import { inFolder, runRScript } from './r-script.js';

const SEED = 20240203;
const COUNT = sized(5000, 20_000);
/** The same as in `r/number-cases.R`; an array stands for `I()` of its number. */
const digitsSets: (number | null | [number])[] = [
  null,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  12,
  15,
  -2,
  [1],
  [3],
  [15],
  [17],
];

describe('numbers', () => {
  test(`are written as jsonlite and R write them, to the last digit (seed ${SEED})`, async () => {
    await inFolder(async (folder) => {
      const file = path.join(folder, 'numbers');
      await runRScript('number-cases.R', [file, SEED, COUNT]);
      const records = new RecordReader(await readFile(file));
      const numbers = new Float64Array(new Uint8Array(records.block() as Buffer).buffer);
      expect(numbers).toHaveLength(COUNT);
      const differences: string[] = [];
      const compare = (name: string, format: (x: number) => string): void => {
        const expected = (records.block() as Buffer).toString('latin1').split('\n');
        for (const [i, x] of numbers.entries()) {
          if (format(x) !== expected[i])
            differences.push(`${x} with ${name}: ${format(x)}, not ${expected[i]}`);
        }
      };
      for (const digits of digitsSets) {
        const options = Array.isArray(digits) ? { digits: digits[0], useSignif: true } : { digits };
        compare(`digits ${JSON.stringify(digits)}`, (x) => formatDouble(x, printOptions(options)));
      }
      compare('as.character()', (x) => numberText(x, 0));
      expect(differences.slice(0, 10)).toEqual([]);
    });
  });

  test('round ties to even, as C does', () => {
    expect(formatGeneral(2.5, 1)).toBe('2');
    expect(formatGeneral(3.5, 1)).toBe('4');
    expect(formatGeneral(0.125, 2)).toBe('0.12');
    expect(formatGeneral(100000000000000.5, 15)).toBe('100000000000000');
    expect(formatGeneral(9.5, 1)).toBe('1e+01');
  });

  test('keep the sign of a negative zero', () => {
    expect(formatDouble(-0, printOptions())).toBe('-0');
    expect(formatDouble(-0.00002, printOptions())).toBe('-0');
  });
});
