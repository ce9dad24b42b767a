import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { NotCovered, printJson } from '../../src/json/index.js';
import { readRData } from '../../src/rdata/index.js';
import { inFolder, runRScript } from '../rdata/r-script.js';
import { printOptionSets } from './print-option-sets.js';
import { RecordReader } from './records.js';

export interface PrintComparison {
  /** Identical to the output of jsonlite, byte for byte. */
  same: number;
  /** jsonlite fails for the value, and Penstock does not cover it. */
  refused: number;
  /** Only jsonlite prints the value; the count by reason. */
  notCovered: Map<string, number>;
  /** One line for each difference. */
  differences: string[];
}

/** Prints `count` values that R generated from the seed, and compares each with jsonlite's output. */
export async function comparePrint(seed: number, count: number): Promise<PrintComparison> {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'cases');
    await runRScript('print-cases.R', [file, seed, count]);
    const records = new RecordReader(await readFile(file));
    const result: PrintComparison = { same: 0, refused: 0, notCovered: new Map(), differences: [] };
    for (let index = 1; !records.atEnd; index++) compareOne(records, index, result);
    return result;
  });
}

function compareOne(records: RecordReader, index: number, result: PrintComparison): void {
  const value = readRData(records.block() as Buffer);
  const times = records.int();
  for (let i = 0; i < times; i++) {
    const options = printOptionSets[records.int()];
    const expected = records.block();
    const printed = printJson(value, { ...options, timezone: 'UTC' });
    if (printed instanceof NotCovered) {
      if (expected === undefined) result.refused++;
      else result.notCovered.set(printed.reason, (result.notCovered.get(printed.reason) ?? 0) + 1);
    } else if (expected && Buffer.compare(printed, expected) === 0) result.same++;
    else
      result.differences.push(`value ${index} with ${JSON.stringify(options)}: ${printed}, not ${expected}`);
  }
}
