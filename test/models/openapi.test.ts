import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { type Json, TrainedModels } from './make-models.js';

const models = new TrainedModels();
let app: ServedApp;
let spec: Json;

beforeAll(async () => {
  await models.make(5, ['lm']);
  app = await serve(models.file('lm'), { workers: 1 });
  spec = await (await fetch(`${app.url}/openapi.json`)).json();
});

afterAll(() => app?.stop());

/** Every object of the document, with the path to it. */
function* objects(value: unknown, path = '#'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [name, member] of Object.entries(value)) yield* objects(member, `${path}/${name}`);
}

const operations = () =>
  Object.entries<Json>(spec.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, operation]) => ({ path, method, operation })),
  );

test('the document has what OpenAPI 3.0 requires', () => {
  expect(spec.openapi).toBe('3.0.3');
  expect(spec.info).toEqual({ title: 'lm model API', description: expect.any(String), version: '1' });
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { method, operation, path } of operations()) {
    expect(['get', 'post']).toContain(method);
    expect(path).toMatch(/^\//);
    expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
    for (const [status, response] of Object.entries<Json>(operation.responses)) {
      expect(status).toMatch(/^\d{3}$/);
      expect(typeof response.description).toBe('string');
    }
    const declared = (operation.parameters ?? [])
      .filter((one: Json) => one.in === 'path')
      .map((one: Json) => one.name);
    expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
  }
});

test('all references resolve, and all types are those of JSON Schema', () => {
  for (const [path, object] of objects(spec)) {
    if (typeof object.$ref === 'string') {
      const target = object.$ref
        .slice(2)
        .split('/')
        .reduce((at: Json, name) => at?.[name], spec);
      expect(target, `${path}: ${object.$ref}`).toBeDefined();
    }
    const isSchema =
      typeof object.type === 'string' && !path.endsWith('/properties') && !path.includes('/example');
    if (isSchema)
      expect(['object', 'array', 'string', 'number', 'integer', 'boolean'], path).toContain(object.type);
    if (object.type === 'array') expect(object.items, path).toBeDefined();
  }
});

test('the examples in the document work', async () => {
  const posts = operations().filter(({ path }) => path.endsWith('/predict'));
  expect(posts.map(({ path }) => path)).toEqual([
    '/predict',
    '/models/lm/predict',
    '/models/lm/versions/1/predict',
  ]);
  for (const { operation, path } of posts) {
    const { example } = operation.requestBody.content['application/json'];
    const response = await fetch(app.url + path, { method: 'POST', body: JSON.stringify(example) });
    expect([response.status, await response.json()]).toEqual([200, [{ '.pred': expect.any(Number) }]]);
  }
});

test('the docs page loads nothing from other sites, and all its files exist', async () => {
  const response = await fetch(`${app.url}/`);
  expect(response.url).toBe(`${app.url}/__docs__/`);
  const page = await response.text();
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  const script = await (await fetch(`${response.url}penstock-docs.js`)).text();
  const parts = [...`${page}${script}`.matchAll(/(?:src=|href=|from )["'](?:\.\/)?(penstock-[\w.-]+)["']/g)];
  expect(parts.map(([, name]) => name).sort()).toEqual([
    'penstock-docs.css',
    'penstock-docs.js',
    'penstock-schema.js',
  ]);
  for (const [, name] of parts) expect((await fetch(response.url + name!)).status, name).toBe(200);
});
