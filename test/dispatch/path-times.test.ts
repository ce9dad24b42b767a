import { expect, test } from 'vitest';
import { PathTimes } from '../../src/dispatch/path-times.js';

test('a path has one time for each method, whatever the query', () => {
  const times = new PathTimes();
  const time = times.of('GET', '/a');
  expect(times.of('GET', '/a?b=c')).toBe(time);
  expect(times.of('POST', '/a')).not.toBe(time);
  expect(times.of('GET', '/a/b')).not.toBe(time);
});

test('paths without end are forgotten, the oldest first', () => {
  const times = new PathTimes();
  const first = times.of('GET', '/0');
  const last = Array.from({ length: 256 }, (_, i) => times.of('GET', `/${i + 1}`)).at(-1);
  expect(times.of('GET', '/256')).toBe(last);
  expect(times.of('GET', '/0')).not.toBe(first);
});
