import { describe, expect, test } from 'vitest';
import type { DirectRoute } from '../../src/app/manifest.js';
import { RouteTable } from '../../src/lanes/route-table.js';

function route(path: string, more: Partial<DirectRoute> = {}): DirectRoute {
  const regex = `^${path.replaceAll(/<\w+>/g, '([^/]+)')}$`;
  const defaults = {
    verbs: ['GET'],
    obstacle: undefined,
    ownParsers: false,
    router: 1,
  };
  return { ...defaults, formals: [], pathNames: [], batch: undefined, policy: {}, path, regex, ...more };
}

function table(
  routes: DirectRoute[],
  mounts: [path: string, within: number, router: number][] = [],
): RouteTable {
  return new RouteTable({
    routes,
    mounts: mounts.map(([path, within, router]) => ({ path, within, router })),
    obstacle: undefined,
  });
}

const nowhere = { index: 0, path: [], route: undefined };

describe('RouteTable', () => {
  test('picks the first endpoint that matches', () => {
    const found = table([route('/a/b'), route('/a/<x>')]);
    expect(found.match('GET', '/a/b')).toMatchObject({ index: 1, path: [] });
    expect(found.match('GET', '/a/c')).toMatchObject({ index: 2, path: ['c'] });
  });

  test('searches a mounted router after the outer one, without the path of the mount', () => {
    const found = table(
      [
        route('/sub/own'),
        route('/own', { router: 2 }),
        route('/<x>', { router: 2 }),
        route('/deep', { router: 3 }),
      ],
      [
        ['/sub/', 1, 2],
        ['/inner/', 2, 3],
      ],
    );
    expect(found.match('GET', '/sub/own')).toMatchObject({ index: 1 });
    expect(found.match('GET', '/sub/y')).toMatchObject({ index: 3, path: ['y'] });
    expect(found.match('GET', '/sub/inner/deep')).toMatchObject({ index: 4 });
    expect(found.match('GET', '/sub')).toEqual(nowhere);
  });

  test('searches only the first mount that matches the path', () => {
    const found = table(
      [route('/x', { router: 2 }), route('/y', { router: 3 })],
      [
        ['/a/', 1, 2],
        ['/a/b/', 1, 3],
      ],
    );
    expect(found.match('GET', '/a/b/y')).toEqual(nowhere);
  });

  test('knows that no endpoint matches, unless only R can tell', () => {
    const found = table([route('/a/<x>', { regex: '^/a/[a-c]+$' }), route('/b'), route('/a/b')]);
    expect(found.match('GET', '/b')).toMatchObject({ index: 2 });
    expect(found.match('GET', '/c')).toEqual(nowhere);
    expect(found.match('POST', '/a/b')).toEqual(nowhere);
    expect(found.match('GET', '/a/b')).toBeUndefined();
    expect(found.obstacles).toEqual([
      'its path is an expression that only R can match',
      undefined,
      'only R can tell whether /a/<x> comes first',
    ]);
  });

  test('an expression of an outer router that only R can match also affects the routers mounted there', () => {
    const found = table(
      [route('/sub/x', { regex: '^/sub/xx+$' }), route('/xx', { router: 2 }), route('/y', { router: 2 })],
      [
        ['/sub/', 1, 2],
        ['/files/', 1, 0],
      ],
    );
    expect(found.obstacles[1]).toBe('only R can tell whether /sub/x comes first');
    expect(found.obstacles[2]).toBeUndefined();
    expect(found.match('GET', '/sub/y')).toMatchObject({ index: 3 });
    expect(found.match('GET', '/sub/xx')).toBeUndefined();
    expect(found.elsewhere(['GET', 'HEAD'], '/files/')).toBeUndefined();
    expect(found.elsewhere(['GET', 'HEAD'], '/')).toBe('only R can tell whether /sub/x comes first');
    expect(found.match('HEAD', '/files/a.png')).toEqual(nowhere);
  });

  test('leaves everything to plumber if the app has an obstacle', () => {
    const found = new RouteTable({ routes: [route('/a')], mounts: [], obstacle: 'it cannot be' });
    expect(found.match('GET', '/a')).toBeUndefined();
    expect(found.match('GET', '/b')).toBeUndefined();
    expect(found.elsewhere(['GET'], '/files/')).toBe('it cannot be');
  });

  test('leaves long paths and non-ASCII paths to plumber', () => {
    const found = table([route('/<x>')]);
    expect(found.match('GET', `/${'x'.repeat(2000)}`)).toBeUndefined();
    expect(found.match('GET', '/é')).toBeUndefined();
  });
});
