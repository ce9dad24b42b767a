import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { type Json, TrainedModels } from './make-models.js';

/** The endpoints of vetiver's own API. */
const models = new TrainedModels();
let lm: ServedApp;

beforeAll(async () => {
  await models.make(5, ['lm']);
  lm = await serve(models.file('lm'), { workers: 1 });
});

afterAll(() => lm?.stop());

async function get(app: ServedApp, path: string): Promise<Json> {
  return (await fetch(app.url + path)).json();
}

test('/ping returns the status and the time', async () => {
  expect(await get(lm, '/ping')).toEqual({
    status: 'online',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  });
});

test('/metadata returns what vetiver_meta() creates', async () => {
  expect(await get(lm, '/metadata')).toEqual({ user: [], version: '1', url: null, required_pkgs: null });
});

test('/prototype describes the input in the format of the cereal package', async () => {
  const plain = (type: string) => ({ type, example: null, details: [] });
  expect(await get(lm, '/prototype')).toEqual({
    age: plain('numeric'),
    rooms: plain('numeric'),
    city: { type: 'factor', example: null, details: { levels: ['a\\b', 'Bern', 'Köln', 'New "York"'] } },
    member: plain('logical'),
    size: { type: 'ordered', example: null, details: { levels: ['s', 'm', 'l'] } },
    pet: plain('character'),
  });
});
