import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './service.js';

/** Time between two changes, at least as long as a person needs. */
const EDIT_INTERVAL_MS = 2000;

/** Repeatedly changes the example's answer. Returns the times from saving a change until it is served, in ms. */
export async function saves(url: string, folder: string, times: number): Promise<number[]> {
  const file = join(folder, 'plumber.R');
  const text = readFileSync(file, 'utf8');
  const took: number[] = [];
  for (let time = 1; time <= times; time += 1) {
    await new Promise((resolve) => setTimeout(resolve, EDIT_INTERVAL_MS));
    const answer = `The mtcars API is up, version ${time}`;
    writeFileSync(file, text.replace('The mtcars API is up', answer));
    took.push(await until(async () => (await (await fetch(url)).text()).includes(answer)));
  }
  return took;
}
