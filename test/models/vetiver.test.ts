import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serve } from '../support/server.js';
import { type Json, TrainedModels } from './make-models.js';

/** What vetiver's own API answers. */
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

test('/ping has the status and the time', async () => {
  expect(await get(lm, '/ping')).toEqual({
    status: 'online',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  });
});

test('/metadata has what vetiver_meta() makes', async () => {
  expect(await get(lm, '/metadata')).toEqual({ user: [], version: '1', url: null, required_pkgs: null });
});

test('/prototype has the input as cereal writes it', async () => {
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
