import { expect, test } from 'vitest';
import { banner } from '../../src/commands/banner.js';

const loaded = {
  rVersion: '4.2.2',
  plumberVersion: '1.2.1',
  framework: undefined,
  library: '/project/renv/library',
  documented: true,
  routes: { direct: 5, plumber: 2 },
  models: [],
  notForked: ['there is only one worker'],
};
const started = {
  url: 'http://127.0.0.1:8000',
  adminUrl: 'http://127.0.0.1:9001',
  app: '/project/api/plumber.R',
  project: '/project',
  config: '/project/penstock.yaml',
  workers: { min: 1, max: 1 },
  loaded,
};

test('the banner shows what is served, where, how, and how to stop it', () => {
  expect(banner(started)).toBe(`
  App       /project/api/plumber.R
  Project   /project
  Config    /project/penstock.yaml
  URL       http://127.0.0.1:8000
  Docs      http://127.0.0.1:8000/__docs__/
  Dashboard http://127.0.0.1:9001
  Workers   1 R process
            each loads the app itself: there is only one worker
  Routes    7: 5 in the direct lane, 2 in the plumber lane (see \`penstock routes\`)
  R         R 4.2.2, plumber 1.2.1
  Library   /project/renv/library
  Stop      Ctrl-C

`);
});

test('the banner says that an app has no routes, and names models', () => {
  const none = { ...loaded, routes: { direct: 0, plumber: 0 } };
  expect(banner({ ...started, loaded: none })).toContain('  Routes    none: every request gets 404\n');
  const models = { ...loaded, routes: undefined, models: ['cars', 'irises'] };
  expect(banner({ ...started, loaded: models })).toContain('  Models    cars, irises\n');
});

test('the banner of an app that does not load yet shows only what is known', () => {
  const text = banner({ ...started, workers: { min: 1, max: 4 }, loaded: undefined });
  expect(text).toContain('  Workers   1 to 4 R processes\n  Stop      Ctrl-C\n');
});
