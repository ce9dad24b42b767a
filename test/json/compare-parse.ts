import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { NotCovered, parseJson } from '../../src/json/index.js';
import { writeRData } from '../../src/rdata/index.js';
import { inFolder, runRScript } from '../rdata/r-script.js';
import { jsonText } from './random-json.js';
import { RecordWriter } from './records.js';

export interface ParseComparison {
  /** `identical()` in R, and the same bytes when serialized. */
  same: number;
  /** R fails for the text, and Penstock does not cover it. */
  refused: number;
  /** Only R accepts the text. */
  notCovered: number;
  /** One line for each difference. */
  differences: string[];
}

/** Parses `count` JSON texts generated from the seed. R compares each value with jsonlite's. */
export async function compareParse(seed: number, count: number): Promise<ParseComparison> {
  return compareTexts(fc.sample(jsonText, { seed, numRuns: count }));
}

export async function compareTexts(texts: readonly string[]): Promise<ParseComparison> {
  return inFolder(async (folder) => {
    const cases = path.join(folder, 'cases');
    const report = path.join(folder, 'report');
    const records = new RecordWriter();
    for (const text of texts) {
      const bytes = Buffer.from(text);
      const value = parseJson(bytes);
      records.block(bytes);
      records.block(value instanceof NotCovered ? undefined : writeRData(value));
    }
    await writeFile(cases, records.finish());
    await runRScript('parse-cases.R', [cases, report]);
    const lines = (await readFile(report, 'utf8')).trim().split('\n');
    const [, same, refused, notCovered] = (lines.pop() ?? '').split(' ').map(Number);
    const differences = lines.map((line) => `${line}: ${texts[Number.parseInt(line, 10)]}`);
    return { same: same ?? 0, refused: refused ?? 0, notCovered: notCovered ?? 0, differences };
  });
}
