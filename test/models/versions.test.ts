import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LogEntry, type ServedApp, serve } from '../support/server.js';
import type { Json } from './make-models.js';

/** Models whose predictions tell which of them it was: 1, 2 and 3 whatever x is; the tree takes something else. */
const code = `
for (n in 1:3) saveRDS(lm(y ~ x, data.frame(x = 1:4, y = n)), paste0(n, ".rds"))
saveRDS(rpart::rpart(mpg ~ wt, mtcars), "tree.rds")`;

const made = mkdtempSync(join(tmpdir(), 'penstock-made-'));
let app: ServedApp | undefined;
let folder: string;

beforeAll(() => {
  execFileSync('Rscript', ['-e', code], { cwd: made });
});
afterAll(() => rmSync(made, { recursive: true, force: true }));

async function stop(): Promise<void> {
  await app?.stop();
  app = undefined;
  rmSync(folder, { recursive: true, force: true });
}

/** As a careful writer does it: whole, or not there. */
function put(model: string, place: string): void {
  const target = join(folder, 'models', place);
  mkdirSync(join(target, '..'), { recursive: true });
  copyFileSync(join(made, model), `${target}.new`);
  renameSync(`${target}.new`, target);
}

async function post(path: string, body: unknown = { x: 1 }): Promise<{ status: number; body: Json }> {
  const response = await fetch(app!.url + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

/** Which of the models answered, to the precision of a fit. */
async function answerer(model?: string): Promise<number> {
  const { body, status } = await post(model === undefined ? '/predict' : `/models/${model}/predict`);
  expect([status, body.message]).toEqual([200, undefined]);
  return Math.round(body[0]['.pred']);
}

async function versions(name: string): Promise<string[]> {
  return ((await (await fetch(`${app!.url}/v2/models/${name}`)).json()) as Json).versions;
}

describe('of the models of a folder', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'penstock-folder-'));
    put('1.rds', 'flat/1.rds');
    put('2.rds', 'flat/10.rds');
    put('3.rds', 'flat/9.rds');
    put('tree.rds', 'tree.rds');
    put('1.rds', 'shared/1.rds');
    put('2.rds', 'shared/2.rds');
    writeFileSync(join(folder, 'penstock.yaml'), 'models:\n  shared:\n    split: {1: 75, 2: 25}\n');
    put('1.rds', 'half/1.rds');
    writeFileSync(join(folder, 'models/half/2.rds'), '');
    put('1.rds', 'broken/1.rds');
    app = await serve(folder, { workers: 1 });
  });
  afterAll(stop);

  test('the highest version is the default, the others are asked by name', async () => {
    expect(await versions('flat')).toEqual(['1', '9', '10']);
    expect(await answerer('flat')).toBe(2);
    expect(await answerer('flat/versions/1')).toBe(1);
    expect(await answerer('flat/versions/9')).toBe(3);
    expect((await post('/models/tree/predict', { wt: 3 })).status).toBe(200);
    expect((await post('/predict')).status).toBe(404);
    const infer = { inputs: [{ name: 'x', datatype: 'FP64', shape: [1], data: [1] }] };
    expect((await post('/v2/models/flat/versions/9/infer', infer)).body).toMatchObject({
      model_version: '9',
    });
    expect((await post('/v2/models/flat/infer', infer)).body).toMatchObject({ model_version: '10' });
  });

  test('versions share requests as penstock.yaml says', async () => {
    const answers: number[] = [];
    for (let i = 0; i < 10; i++) {
      answers.push(...(await Promise.all(Array.from({ length: 40 }, () => answerer('shared')))));
    }
    const first = answers.filter((one) => one === 1).length;
    expect(first).toBeGreaterThan(240);
    expect(first).toBeLessThan(360);
  });

  test('a version that is bad at the start costs itself alone', async () => {
    const refused = await app!.logged('model-refused', ({ model }) => model === 'half');
    expect(refused.msg).toContain('2.rds is empty');
    expect([await versions('half'), await answerer('half')]).toEqual([['1'], 1]);
  });

  test('a bad new version is refused and never replaces a good one, not in a new worker either', async () => {
    writeFileSync(join(made, 'bad.rds'), 'nothing that R knows');
    const refusal = (wanted: string): Promise<LogEntry> =>
      app!.logged('model-refused', ({ model, version }) => model === 'broken' && version === wanted);
    put('bad.rds', 'broken/2.rds');
    put('bad.rds', 'broken/1.rds');
    expect((await refusal('1')).msg).toContain('1.rds is not a readable RDS file');
    await refusal('2');
    expect([await versions('broken'), await answerer('broken')]).toEqual([['1'], 1]);
    const { pid } = await app!.logged('worker-ready');
    process.kill(Number(pid), 'SIGKILL');
    await app!.logged('worker-ready', () => true, { skip: 1 });
    expect(await answerer('broken')).toBe(1);
    // A good version in its place is taken.
    put('2.rds', 'broken/2.rds');
    await app!.logged('model-added', ({ model, version }) => model === 'broken' && version === '2');
    expect(await answerer('broken')).toBe(2);
  });
});

describe('of one model', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'penstock-folder-'));
  });
  afterEach(stop);

  test('a version that is taken away is served no more, but for the last one', async () => {
    put('1.rds', 'flat/1.rds');
    put('2.rds', 'flat/2.rds');
    app = await serve(folder, { workers: 1 });
    rmSync(join(folder, 'models/flat/2.rds'));
    await app.logged('model-removed');
    expect([await versions('flat'), await answerer()]).toEqual([['1'], 1]);
    rmSync(join(folder, 'models/flat/1.rds'));
    // The folder has been looked at since, to go by what else is new in it.
    writeFileSync(join(folder, 'models/flat/3.rds'), '');
    await app.logged('model-refused');
    expect(await answerer()).toBe(1);
  });

  test('a new version takes over without a request being lost, and is then what every worker has', async () => {
    put('1.rds', 'flat/1.rds');
    app = await serve(folder, { workers: 2 });
    const seen = new Set<number>();
    let newest = 0;
    let going = true;
    const clients = Array.from({ length: 4 }, async () => {
      while (going) {
        const before = newest; // of all that had been answered when this was asked
        const answer = await answerer();
        expect(answer).toBeGreaterThanOrEqual(before);
        seen.add(answer);
        newest = Math.max(newest, answer);
      }
    });
    put('2.rds', 'flat/2.rds');
    await app!.logged('model-added', ({ version }) => version === '2');
    expect(await answerer()).toBe(2);
    put('3.rds', 'flat/2.rds'); // the same version anew
    await app!.logged('model-added', ({ version }) => version === '2', { skip: 1 });
    expect(await answerer()).toBe(3);
    going = false;
    await Promise.all(clients);
    expect(seen.size).toBe(3);
    expect(await answerer('flat/versions/1')).toBe(1);
  });

  test('a model that is served alone is replaced on SIGHUP, but not by a bad one', async () => {
    const alone = join(folder, 'alone.rds');
    copyFileSync(join(made, '1.rds'), alone);
    app = await serve(alone, { workers: 2 });
    expect(await answerer()).toBe(1);
    copyFileSync(join(made, '2.rds'), alone);
    app!.signal('SIGHUP');
    await app!.logged('reloaded');
    expect(await answerer()).toBe(2);
    writeFileSync(alone, 'nothing that R knows');
    app!.signal('SIGHUP');
    expect((await app!.logged('reload-failed')).msg).toContain('alone.rds is not a readable RDS file');
    expect([await versions('alone'), await answerer()]).toEqual([['1'], 2]);
  });

  test('a section that is for the other kind of app is told', async () => {
    put('1.rds', 'flat/1.rds');
    writeFileSync(join(folder, 'penstock.yaml'), 'model:\n  type: response\n');
    await expect(serve(folder, { workers: 1 })).rejects.toThrow(
      'The app is a folder of models: configure it under `models`, not `model`.',
    );
  });
});
