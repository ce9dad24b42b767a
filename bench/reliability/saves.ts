import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './service.js';

/** Milliseconds between a change and the next: nobody edits faster. */
const EDITING = 2000;

/**
 * Changes what the example answers, again and again, and asks until the change is served; gives the milliseconds that
 * each of them took, from the moment at which it was saved.
 */
export async function saves(url: string, folder: string, times: number): Promise<number[]> {
  const file = join(folder, 'plumber.R');
  const text = readFileSync(file, 'utf8');
  const took: number[] = [];
  for (let time = 1; time <= times; time += 1) {
    await new Promise((resolve) => setTimeout(resolve, EDITING));
    const answer = `The mtcars API is up, version ${time}`;
    writeFileSync(file, text.replace('The mtcars API is up', answer));
    took.push(await until(async () => (await (await fetch(url)).text()).includes(answer)));
  }
  return took;
}
