import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { type Json, type Question, rowsOf, TrainedModels } from './make-models.js';

/** The Open Inference Protocol, V2, over REST: the shapes of requests and answers as it demands them. */
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

test('the server tells its name, and that it lives and is ready', async () => {
  expect(await get('/v2')).toEqual({
    status: 200,
    body: { name: 'penstock', version: expect.any(String), extensions: [] },
  });
  expect(await get('/v2/health/live')).toEqual({ status: 200, body: { live: true } });
  expect(await get('/v2/health/ready')).toEqual({ status: 200, body: { ready: true } });
});

test.each(['', '/versions/1'])(
  'a model%s tells its inputs and outputs, and that it is ready',
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

test('tensors, one for each field, are answered with tensors', async () => {
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

test('columns of shape [rows, 1] and nested data are the same', async () => {
  const inputs = tensors().map((tensor) => ({
    ...tensor,
    shape: [n, 1],
    data: tensor.data.map((value) => [value]),
  }));
  const { body } = await infer({ inputs }, '/v2/models/forestClass/versions/1/infer');
  expect(body.outputs[0].data).toEqual(question.expected['.pred']);
});

test('one matrix has all fields as its columns', async () => {
  const rows = rowsOf(numeric.input).map(({ age, rooms }) => [age, rooms]);
  for (const data of [rows, rows.flat()]) {
    const inputs = [{ name: 'input-0', datatype: 'FP64', shape: [n, 2], data }];
    const { body } = await infer({ inputs }, '/v2/models/rangerProb/infer', numbers);
    expect(Object.fromEntries(body.outputs.map((one: Json) => [one.name, one.data]))).toEqual(
      numeric.expected,
    );
  }
});

test('parameters ask for a type of prediction, outputs for some of its columns', async () => {
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

test('an output that the prediction does not have is a fault', async () => {
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

test('an unknown model or version gets 404 with an error', async () => {
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
])('faults are told by their path: %j', async (body, paths) => {
  const { status, body: answer } = await infer(body);
  expect(status).toBe(422);
  expect(answer.error).toMatch(/^The input does not match the model\./);
  expect(answer.faults.map(({ path }: Json) => path)).toEqual(paths);
});
