import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serve } from '../support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-bad-models-'));

const code = `
setwd(${JSON.stringify(folder)})
saveRDS(1:3, "numbers.rds")
model <- lm(mpg ~ wt, mtcars)
saveRDS(model, "good.rds")
save(model, file = "saved.rds")
data <- mtcars
save(model, data, file = "session.RData")
saveRDS(list("best fit" = model, other = structure(list(), class = "ranger"), data = mtcars), "list.rds")
pin <- file.path("board", "cars", c("20240101T000000Z-aaaaa", "20250101T000000Z-bbbbb"))
for (version in pin) {
  dir.create(version, recursive = TRUE)
  saveRDS(list(model = model, prototype = mtcars[0, "wt", drop = FALSE]), file.path(version, "cars.rds"))
  writeLines("api_version: 1.0", file.path(version, "data.txt"))
}
failing <- model
failing$qr <- NULL
saveRDS(failing, "failing.rds")
needs <- list(required_pkgs = "aPackageThatNobodyHas")
saveRDS(structure(list(model = model, model_name = "absent", metadata = needs), class = "vetiver_model"), "absent.rds")
saveRDS(nnet::nnet(as.matrix(mtcars[c("wt", "hp")]), mtcars$am, size = 1, trace = FALSE), "nameless.rds")
saveRDS(structure(list(), class = c("odd", "odder")), "odd.rds")`;

beforeAll(() => {
  execFileSync('Rscript', ['-e', code]);
  writeFileSync(join(folder, 'text.rds'), 'This is no R data.\n');
  writeFileSync(join(folder, 'empty.rds'), '');
  const good = readFileSync(join(folder, 'good.rds'));
  writeFileSync(join(folder, 'cut.rds'), good.subarray(0, good.length / 2));
  const broken = Buffer.from(good);
  broken.fill(0x55, 40, 200);
  writeFileSync(join(folder, 'broken.rds'), broken);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The output of a start that fails. */
async function refusal(file: string, flags: readonly string[] = []): Promise<string> {
  const args = ['serve', join(folder, file), '--port', '0', '--admin-port', '0', '--workers', '1', ...flags];
  const { code: exit, stderr, stdout } = await runCli(args);
  expect(exit, stderr + stdout).toBe(1);
  return stderr + stdout;
}

test('rejects a file that is not a saved R object, with the reason and exit code 1', async () => {
  const output = await refusal('text.rds');
  expect(output).toContain('text.rds is not a readable RDS file');
  expect(output).toContain('code: app_load_failed');
});

test('rejects every other kind of bad file with its reason', async () => {
  const reasons = {
    empty: '2.rds is empty',
    cut: '2.rds is not a readable RDS file',
    broken: '2.rds is not a readable RDS file',
    saved: '2.rds was written by save(), and holds model (lm). Write the model alone, and serve it:',
    list:
      '2.rds is a list: it holds best fit (lm), other (ranger), data (data.frame). ' +
      'Choose one of its models, write it alone, and serve it, for example:\n' +
      `  Rscript -e 'x <- readRDS("2.rds"); saveRDS(x$\`best fit\`, "2-model.rds")'\n  penstock serve 2-model.rds`,
    failing:
      'The model has no answer to an example row. Model failing, for {"wt":2.62}: lm object does not have',
    numbers: '2.rds holds an object of class integer, which has no predict method.',
    odd: '2.rds holds an object of class odd/odder, which has no predict method.',
  };
  const several = join(folder, 'several');
  for (const name of Object.keys(reasons)) {
    const versions = join(several, 'models', name);
    mkdirSync(versions, { recursive: true });
    copyFileSync(join(folder, 'good.rds'), join(versions, '1.rds'));
    copyFileSync(join(folder, `${name}.rds`), join(versions, '2.rds'));
  }
  const app = await serve(several, { workers: 1 });
  for (const [name, reason] of Object.entries(reasons)) {
    const { msg } = await app.logged('model-refused', ({ model }) => model === name);
    expect(msg).toContain(reason);
  }
  await app.stop();
});

test('names a missing package and how to install it', async () => {
  const output = await refusal('absent.rds');
  expect(output).toContain(
    'A model of class lm needs the R package aPackageThatNobodyHas, which is not installed.',
  );
  expect(output).toContain(`Rscript -e 'install.packages("aPackageThatNobodyHas")'`);
});

test('rejects a model without input names and refers to the documentation', async () => {
  const output = await refusal('nameless.rds');
  expect(output).toContain(
    'Could not determine the input of the model. The object does not contain the names of its inputs.',
  );
  expect(output).toContain('code: model_unknown');
  expect(output).toContain('penstock help models');
});

test('prints the command that serves a file of save(), and a pin', async () => {
  expect(await refusal('session.RData')).toContain(
    `session.RData was written by save(), and holds data (data.frame), model (lm). Write the model alone, and serve it:
  Rscript -e 'load("session.RData"); saveRDS(model, "session-model.rds")'
  penstock serve session-model.rds`,
  );
  const board = join(folder, 'board/cars');
  const newest = '20250101T000000Z-bbbbb';
  for (const [directory, file] of [
    [board, `${newest}/cars.rds`],
    [join(board, newest), 'cars.rds'],
  ] as const) {
    const { code: exit, stderr } = await runCli(['serve', directory]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`penstock serve ${join(directory, file)}\n`)]);
  }
});

test('reports a configuration that does not fit the model', async () => {
  const config = join(folder, 'wrong.yaml');
  copyFileSync(join(folder, 'good.rds'), join(folder, 'cars.rds'));
  const cases = [
    ['model:\n  fields:\n    wtt: {max: 3}\n', 'The model has no field `wtt`. Did you mean `wt`?'],
    ['model:\n  type: prob\n', '`model.type` is prob, but the model has the types response, terms.'],
  ] as const;
  for (const [text, reason] of cases) {
    writeFileSync(config, text);
    const args = ['serve', join(folder, 'cars.rds'), '--port', '0', '--admin-port', '0', '--config', config];
    const { code: exit, stderr } = await runCli(args);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(reason)]);
  }
});
