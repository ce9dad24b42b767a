import { describe, expect, test } from 'vitest';
import { rulesByRoute } from '../../src/access/rule-report.js';
import { Rules } from '../../src/access/rules.js';
import { ModelServer } from '../../src/models/model-server.js';
import { ModelRegistry } from '../../src/models/registry.js';
import { plainModel as model } from './plain-model.js';

const one = new ModelServer(new ModelRegistry([model('cars', '1'), model('cars', '2')]), () => true);
const two = new ModelServer(new ModelRegistry([model('cars', '1'), model('söme', '1')]), () => true);

const allowed = (server: ModelServer, rule: string, method: string, path: string) =>
  new Rules([{ path: rule, place: '', allow: 'nobody' }]).find(method, path, server).allow;

const predictions = [
  '/predict',
  '/models/cars/predict',
  '/models/cars/versions/1/predict',
  '/models/cars/versions/2/predict',
  '/models/c%61rs/predict',
  '/v2/models/cars/infer',
  '/v2/models/cars/versions/1/infer',
  '/v2/models/%63ars/infer',
];

describe('a rule for a model', () => {
  test.each(predictions)('covers %s if it is for /predict or /models/NAME/*', (path) => {
    for (const rule of ['/predict', '/models/cars/predict', '/models/cars/*', '/models/<name>/predict']) {
      expect(allowed(one, rule, 'POST', path)).toBe('nobody');
    }
    for (const rule of ['/metadata', '/ping', '/models/other/*', '/models/cars/versions/3/*']) {
      expect(allowed(one, rule, 'POST', path)).toBe('anyone');
    }
  });

  test('covers its description by every protocol', () => {
    for (const path of [
      '/metadata',
      '/models/cars/metadata',
      '/v2/models/cars',
      '/v2/models/cars/versions/2',
    ]) {
      expect(allowed(one, '/models/cars/metadata', 'GET', path)).toBe('nobody');
    }
    expect(allowed(one, '/models/cars/*', 'GET', '/prototype')).toBe('nobody');
    expect(allowed(one, '/models/cars/*', 'GET', '/v2/models/cars/ready')).toBe('nobody');
    for (const path of ['/ping', '/', '/openapi.json', '/v2']) {
      expect(allowed(one, '/models/cars/*', 'GET', path)).toBe('anyone');
    }
  });

  test('covers requests that name no version if the version that it is for may answer them', () => {
    expect(allowed(one, '/models/cars/versions/2/*', 'POST', '/predict')).toBe('nobody');
    expect(allowed(one, '/models/cars/versions/1/*', 'POST', '/predict')).toBe('anyone');
  });

  test('does not cover other models', () => {
    expect(allowed(two, '/models/cars/*', 'POST', '/models/s%C3%B6me/predict')).toBe('anyone');
    expect(allowed(two, '/models/s%c3%b6me/*', 'POST', '/v2/models/s%C3%B6me/infer')).toBe('nobody');
    expect(allowed(two, '/predict', 'POST', '/models/cars/predict')).toBe('anyone');
  });
});

test('the list of routes has the rules that hold for a model by every protocol', () => {
  const listed = rulesByRoute([{ path: '/models/cars/*', place: 'line 1', allow: 'nobody' }], one.routes);
  for (const path of [
    '/predict',
    '/models/cars/predict',
    '/v2/models/cars/infer',
    '/v2/models/cars/versions/1/infer',
  ])
    expect(listed).toContain(`POST ${path}: nobody (line 1)`);
  expect(listed).toContain('GET /v2/models/cars: nobody (line 1)');
  expect(listed).toContain('GET /ping: anyone (no rule)');
});
