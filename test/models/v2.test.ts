import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { type Json, type Question, rowsOf, TrainedModels } from './make-models.js';

/** The Open Inference Protocol, V2, over REST: requests and answers have the shapes that it requires. */
const models = new TrainedModels();
let app: ServedApp;
let numbers: ServedApp;
let question: Question;
let numeric: Question;

beforeAll(async () => {
  await models.make(6, ['forestClass', 'rangerProb']);
  [app, numbers] = await Promise.all([
    serve(models.file('forestClass'), { workers: 1 }),
    serve(models.file('rangerProb'), { workers: 1 }),
  ]);
  [question] = models.questions('forestClass') as [Question];
  [numeric] = models.questions('rangerProb') as [Question];
});

afterAll(() => Promise.all([app?.stop(), numbers?.stop()]));

const n = 6;
const types: Record<string, string> = { age: 'FP64', rooms: 'INT32', city: 'BYTES' };
const tensors = () =>
  Object.entries(question.input).map(([name, data]) => ({ name, datatype: types[name], shape: [n], data }));

async function get(path: string, from = app) {
  const response = await fetch(from.url + path);
  return { status: response.status, body: (await response.json()) as Json };
}

async function infer(body: unknown, path = '/v2/models/forestClass/infer', from = app) {
  const response = await fetch(from.url + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Json };
}

test('reports the name of the server, and that it is live and ready', async () => {
  expect(await get('/v2')).toEqual({
    status: 200,
    body: { name: 'penstock', version: expect.any(String), extensions: [] },
  });
  expect(await get('/v2/health/live')).toEqual({ status: 200, body: { live: true } });
  expect(await get('/v2/health/ready')).toEqual({ status: 200, body: { ready: true } });
});

test.each(['', '/versions/1'])(
  'reports the inputs and outputs of a model%s, and that it is ready',
  async (version) => {
    const base = `/v2/models/forestClass${version}`;
    expect(await get(`${base}/ready`)).toEqual({ status: 200, body: { name: 'forestClass', ready: true } });
    expect(await get(base)).toEqual({
      status: 200,
      body: {
        name: 'forestClass',
        versions: ['1'],
        platform: 'r_randomForest',
        inputs: [
          { name: 'age', datatype: 'FP64', shape: [-1] },
          { name: 'rooms', datatype: 'FP64', shape: [-1] },
          { name: 'city', datatype: 'BYTES', shape: [-1] },
        ],
        outputs: [{ name: '.pred', datatype: 'BYTES', shape: [-1] }],
      },
    });
  },
);

test('answers one tensor per field with tensors', async () => {
  expect(await infer({ id: 'mine', inputs: tensors() })).toEqual({
    status: 200,
    body: {
      model_name: 'forestClass',
      model_version: '1',
      id: 'mine',
      outputs: [{ name: '.pred', datatype: 'BYTES', shape: [n], data: question.expected['.pred'] }],
    },
  });
});

test('accepts columns of shape [rows, 1] with nested data', async () => {
  const inputs = tensors().map((tensor) => ({
    ...tensor,
    shape: [n, 1],
    data: tensor.data.map((value) => [value]),
  }));
  const { body } = await infer({ inputs }, '/v2/models/forestClass/versions/1/infer');
  expect(body.outputs[0].data).toEqual(question.expected['.pred']);
});

test('accepts one matrix with a column for each field', async () => {
  const rows = rowsOf(numeric.input).map(({ age, rooms }) => [age, rooms]);
  for (const data of [rows, rows.flat()]) {
    const inputs = [{ name: 'input-0', datatype: 'FP64', shape: [n, 2], data }];
    const { body } = await infer({ inputs }, '/v2/models/rangerProb/infer', numbers);
    expect(Object.fromEntries(body.outputs.map((one: Json) => [one.name, one.data]))).toEqual(
      numeric.expected,
    );
  }
});

test('parameters select the type of prediction, outputs its columns', async () => {
  const { body } = await infer({
    inputs: tensors(),
    parameters: { type: 'prob' },
    outputs: [{ name: '.pred_yes' }],
  });
  expect(body.outputs).toEqual([
    {
      name: '.pred_yes',
      datatype: 'FP64',
      shape: [n],
      data: models.questions('forestClass')[1]!.expected['.pred_yes'],
    },
  ]);
});

test('reports an unknown output as a fault', async () => {
  const { body, status } = await infer({
    inputs: tensors(),
    outputs: [{ name: '.pred' }, { name: '.prod' }],
  });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    error: expect.stringContaining('outputs[1].name must be one of .pred; did you mean `.pred`?'),
    code: 'input_invalid',
    faults: [{ path: 'outputs[1].name', code: 'level' }],
  });
});

test('answers 404 with an error for an unknown model or version', async () => {
  for (const path of [
    '/v2/models/other',
    '/v2/models/forestClass/versions/9',
    '/v2/models/other/ready',
    '/v2/x',
  ]) {
    expect(await get(path)).toMatchObject({ status: 404, body: { error: expect.any(String) } });
  }
});

test.each([
  [{}, ['inputs']],
  [{ inputs: [{}] }, ['inputs[0].name', 'inputs[0].datatype', 'inputs[0].shape', 'inputs[0].data']],
  [{ inputs: [{ name: 'age', datatype: 'FP65', shape: [1], data: [1] }] }, ['inputs[0].datatype']],
  [{ inputs: [{ name: 'age', datatype: 'FP64', shape: [2], data: [1] }] }, ['inputs[0].data']],
  [
    { inputs: [{ name: 'age', datatype: 'FP64', shape: [2], data: [1, 'x'] }], parameters: { type: 'odd' } },
    ['parameters.type', 'inputs[0].data[1]', 'inputs.rooms', 'inputs.city'],
  ],
])('reports faults with their paths: %j', async (body, paths) => {
  const { status, body: answer } = await infer(body);
  expect(status).toBe(422);
  expect(answer.error).toMatch(/^The input does not match the model\./);
  expect(answer.faults.map(({ path }: Json) => path)).toEqual(paths);
});
