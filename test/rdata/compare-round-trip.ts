import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readRData, writeRData } from '../../src/rdata/index.js';
import { RecordReader, RecordWriter } from '../json/records.js';
import { inFolder, runRScript } from './r-script.js';

export interface RoundTrips {
  count: number;
  /** One line for each value that came back changed. */
  changed: string[];
}

/** R serializes values of all types in all formats; Node reads and writes each; R compares. */
export async function compareRoundTrips(seed: number, count: number): Promise<RoundTrips> {
  return inFolder(async (folder) => {
    const [from, to, report] = ['from', 'to', 'report'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    await runRScript('round-trip.R', ['write', from, seed, count]);
    const records = new RecordReader(await readFile(from));
    const written = new RecordWriter();
    while (!records.atEnd) written.block(writeRData(readRData(records.block() as Buffer)));
    await writeFile(to, written.finish());
    await runRScript('round-trip.R', ['check', to, seed, count, report]);
    const lines = (await readFile(report, 'utf8')).trim().split('\n');
    const [, total] = (lines.pop() ?? '').split(' ').map(Number);
    return { count: total ?? 0, changed: lines };
  });
}
