/** Trains the example's model once. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './command.mjs';
import { rscript } from './r.mjs';

/** @param {string} root */
export async function setUpModel(root) {
  const folder = join(root, 'examples', 'mtcars');
  if (existsSync(join(folder, 'RfModel.rds'))) return;
  await mustRun("Training the example's model", [rscript, join(folder, 'create-model.R')], { cwd: root });
}
