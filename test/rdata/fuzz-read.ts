import { printJson } from '../../src/json/index.js';
import { RDataError, readRData, writeRData } from '../../src/rdata/index.js';
import { mutate } from './mutate.js';
import { Random } from './random.js';

export interface FuzzResult {
  /** Inputs that are still valid. */
  read: number;
  refused: number;
  /** Inputs that failed with another error than `RDataError`, or took too much time or memory. */
  failures: string[];
}

/** Reads `count` damaged inputs. Values that can be read are also printed and written. */
export function fuzzRead(corpus: readonly Buffer[], seed: number, count: number): FuzzResult {
  const random = new Random(seed);
  const result: FuzzResult = { read: 0, refused: 0, failures: [] };
  for (let i = 0; i < count; i++) {
    const input = mutate(corpus[random.below(corpus.length)] as Buffer, random);
    const started = performance.now();
    const resident = process.memoryUsage.rss();
    try {
      const value = readRData(input, { maxExpanded: 100_000 });
      result.read++;
      printJson(value);
      writeRData(value);
    } catch (error) {
      if (error instanceof RDataError) result.refused++;
      else result.failures.push(`${input.toString('hex')}: ${(error as Error).stack}`);
    }
    const taken = performance.now() - started;
    const grown = process.memoryUsage.rss() - resident;
    // Far above the size of the largest allowed value.
    if (grown > 200e6) result.failures.push(`${input.toString('hex')}: took ${grown} bytes`);
    // Far above what a loaded machine needs for inputs of this size.
    if (taken > 2000) result.failures.push(`${input.toString('hex')}: took ${taken} ms`);
  }
  return result;
}
