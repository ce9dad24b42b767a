import { expect, test } from 'vitest';
import { PathRoutes } from '../../src/dispatch/path-routes.js';

test('a path has one route for each method, whatever the query', () => {
  const routes = new PathRoutes();
  const route = routes.of('GET', '/a');
  expect(routes.of('GET', '/a?b=c')).toBe(route);
  expect(routes.of('POST', '/a')).not.toBe(route);
  expect(routes.of('GET', '/a/b')).not.toBe(route);
});

test('keeps a limited number of paths, and drops the oldest first', () => {
  const routes = new PathRoutes();
  const first = routes.of('GET', '/0');
  const last = Array.from({ length: 256 }, (_, i) => routes.of('GET', `/${i + 1}`)).at(-1);
  expect(routes.of('GET', '/256')).toBe(last);
  expect(routes.of('GET', '/0')).not.toBe(first);
});
