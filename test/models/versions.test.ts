import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LogEntry, type ServedApp, serve } from '../support/server.js';
import type { Json } from './make-models.js';

/** Models 1, 2 and 3 predict their own number for any x. The tree takes another input. */
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

/** Replaces the file atomically, so that Penstock never sees a part of it. */
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

/** The number of the model that answered. It is rounded, because the fit is not exact. */
async function answeringModel(model?: string): Promise<number> {
  const { body, status } = await post(model === undefined ? '/predict' : `/models/${model}/predict`);
  expect([status, body.message]).toEqual([200, undefined]);
  return Math.round(body[0]['.pred']);
}

async function versions(name: string): Promise<string[]> {
  return ((await (await fetch(`${app!.url}/v2/models/${name}`)).json()) as Json).versions;
}

/** A name that a file may have. */
const odd = 'tab\tand\nnewline, "quotes\', per%41cent & \\ ü';

describe('a folder of models', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'penstock-folder-'));
    put('1.rds', 'flat/1.rds');
    put('2.rds', 'flat/10.rds');
    put('3.rds', 'flat/9.rds');
    put('tree.rds', 'tree.rds');
    put('1.rds', 'shared/1.rds');
    put('2.rds', 'shared/2.rds');
    put('1.rds', 'guarded/1.rds');
    const rule = 'rules:\n  - {path: /models/guarded/*, allow: nobody}\n';
    writeFileSync(join(folder, 'penstock.yaml'), `models:\n  shared:\n    split: {1: 75, 2: 25}\n${rule}`);
    put('1.rds', 'half/1.rds');
    writeFileSync(join(folder, 'models/half/2.rds'), '');
    put('1.rds', 'broken/1.rds');
    put('3.rds', `${odd}/1\t"2".rds`);
    app = await serve(folder, { workers: 1 });
  });
  afterAll(stop);

  test('serves the highest version by default, and the others by name', async () => {
    expect(await versions('flat')).toEqual(['1', '9', '10']);
    expect(await answeringModel('flat')).toBe(2);
    expect(await answeringModel('flat/versions/1')).toBe(1);
    expect(await answeringModel('flat/versions/9')).toBe(3);
    expect((await post('/models/tree/predict', { wt: 3 })).status).toBe(200);
    expect((await post('/predict')).status).toBe(404);
    const infer = { inputs: [{ name: 'x', datatype: 'FP64', shape: [1], data: [1] }] };
    expect((await post('/v2/models/flat/versions/9/infer', infer)).body).toMatchObject({
      model_version: '9',
    });
    expect((await post('/v2/models/flat/infer', infer)).body).toMatchObject({ model_version: '10' });
  });

  test('serves a model and a version with any name', async () => {
    expect(await answeringModel(encodeURIComponent(odd))).toBe(3);
    expect(await versions(encodeURIComponent(odd))).toEqual(['1\t"2"']);
  });

  test('splits requests between versions as configured in penstock.yaml', async () => {
    const answers: number[] = [];
    for (let i = 0; i < 10; i++) {
      answers.push(...(await Promise.all(Array.from({ length: 40 }, () => answeringModel('shared')))));
    }
    const first = answers.filter((one) => one === 1).length;
    expect(first).toBeGreaterThan(240);
    expect(first).toBeLessThan(360);
  });

  test('protects a model by every protocol with one access rule', async () => {
    for (const path of ['/models/guarded', '/models/guarded/versions/1', '/models/g%75arded']) {
      expect((await post(`${path}/predict`)).status).toBe(403);
      expect((await post(`/v2${path}/infer`)).status).toBe(403);
    }
    expect((await fetch(`${app!.url}/v2/models/guarded`)).status).toBe(403);
    expect(app!.entries('rule-unused')).toEqual([]);
  });

  test('leaves a bad version out at the start and serves the others', async () => {
    const refused = await app!.logged('model-refused', ({ model }) => model === 'half');
    expect(refused.msg).toContain('2.rds is empty');
    expect([await versions('half'), await answeringModel('half')]).toEqual([['1'], 1]);
  });

  test('rejects a bad new version and keeps the good one, also in a new worker', async () => {
    writeFileSync(join(made, 'bad.rds'), 'nothing that R knows');
    const refusal = (wanted: string): Promise<LogEntry> =>
      app!.logged('model-refused', ({ model, version }) => model === 'broken' && version === wanted);
    put('bad.rds', 'broken/2.rds');
    put('bad.rds', 'broken/1.rds');
    expect((await refusal('1')).msg).toContain('1.rds is not a readable RDS file');
    await refusal('2');
    expect([await versions('broken'), await answeringModel('broken')]).toEqual([['1'], 1]);
    const { pid } = await app!.logged('worker-ready');
    process.kill(Number(pid), 'SIGKILL');
    await app!.logged('worker-ready', () => true, { skip: 1 });
    expect(await answeringModel('broken')).toBe(1);
    // A good file in its place is accepted.
    put('2.rds', 'broken/2.rds');
    await app!.logged('model-added', ({ model, version }) => model === 'broken' && version === '2');
    expect(await answeringModel('broken')).toBe(2);
  });
});

describe('a folder of one model', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'penstock-folder-'));
    put('1.rds', 'flat/1.rds');
    app = await serve(folder, { workers: 2 });
  });
  afterAll(stop);

  test('switches all workers to a new version without losing a request', async () => {
    const seen = new Set<number>();
    let newest = 0;
    let going = true;
    const clients = Array.from({ length: 4 }, async () => {
      while (going) {
        const before = newest; // the newest model that had answered before this request
        const answer = await answeringModel();
        expect(answer).toBeGreaterThanOrEqual(before);
        seen.add(answer);
        newest = Math.max(newest, answer);
      }
    });
    put('2.rds', 'flat/2.rds');
    await app!.logged('model-added', ({ version }) => version === '2');
    expect(await answeringModel()).toBe(2);
    put('3.rds', 'flat/2.rds'); // the same version with new content
    await app!.logged('model-added', ({ version }) => version === '2', { skip: 1 });
    expect(await answeringModel()).toBe(3);
    going = false;
    await Promise.all(clients);
    expect(seen.size).toBe(3);
    expect(await answeringModel('flat/versions/1')).toBe(1);
  });

  test('stops serving a deleted version, except for the last one', async () => {
    rmSync(join(folder, 'models/flat/2.rds'));
    await app!.logged('model-removed');
    expect([await versions('flat'), await answeringModel()]).toEqual([['1'], 1]);
    rmSync(join(folder, 'models/flat/1.rds'));
    // The entry for this file shows that Penstock has looked at the folder since.
    writeFileSync(join(folder, 'models/flat/4.rds'), '');
    await app!.logged('model-refused');
    expect(await answeringModel()).toBe(1);
  });
});

describe('one model', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'penstock-folder-'));
  });
  afterEach(stop);

  test('replaces a single model on SIGHUP, unless the new file is bad', async () => {
    const alone = join(folder, 'alone.rds');
    copyFileSync(join(made, '1.rds'), alone);
    app = await serve(alone, { workers: 2 });
    expect(await answeringModel()).toBe(1);
    copyFileSync(join(made, '2.rds'), alone);
    app!.signal('SIGHUP');
    await app!.logged('reloaded');
    expect(await answeringModel()).toBe(2);
    writeFileSync(alone, 'nothing that R knows');
    app!.signal('SIGHUP');
    expect((await app!.logged('reload-failed')).msg).toContain('alone.rds is not a readable RDS file');
    expect([await versions('alone'), await answeringModel()]).toEqual([['1'], 2]);
  });

  test('reports a configuration section for the other kind of app', async () => {
    put('1.rds', 'flat/1.rds');
    writeFileSync(join(folder, 'penstock.yaml'), 'model:\n  type: response\n');
    await expect(serve(folder, { workers: 1 })).rejects.toThrow(
      'The app is a folder of models: configure it under `models`, not `model`.',
    );
  });
});
