import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from './targets.js';

export function corpusFolder({ name }: Target): string {
  return join(import.meta.dirname, 'corpus', name);
}

/** The inputs to start from: those of the target, and those that earlier runs have kept. */
export function corpusOf(target: Target): Buffer[] {
  const folder = corpusFolder(target);
  const kept = existsSync(folder) ? readdirSync(folder).sort() : [];
  return [
    ...target.seeds.map((seed) => (typeof seed === 'string' ? Buffer.from(seed, 'latin1') : seed)),
    ...kept.map((file) => readFileSync(join(folder, file))),
  ];
}
