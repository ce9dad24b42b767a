import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../result.js';

const file = join('bench', 'results.json');

/**
 * Stores the results of this run, and returns them with those of earlier runs, in the order of the scenarios. So a run of a few
 * scenarios updates only their sections.
 *
 * @param order  titles of all scenarios
 */
export function storeResults(measured: readonly Result[], order: readonly string[]): Result[] {
  const stored: readonly Result[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const byTitle = new Map([...stored, ...measured].map((result) => [result.title, result]));
  const results = order.flatMap((title) => byTitle.get(title) ?? []);
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  return results;
}
