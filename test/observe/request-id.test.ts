import { expect, test } from 'vitest';
import { requestId } from '../../src/observe/request-id.js';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test('keeps a usable X-Request-Id, even if there is a traceparent', () => {
  for (const id of ['a', 'req-1', 'A.b_c:d/e+f=g@h', 'x'.repeat(128)]) {
    expect(requestId({ 'x-request-id': id, traceparent })).toBe(id);
  }
});

test('replaces an X-Request-Id that could break a log, a header or a URL', () => {
  for (const id of ['', ' ', 'a b', 'a"b', 'a\tb', 'ü', 'a;b', 'x'.repeat(129), '{"a":1}']) {
    expect(requestId({ 'x-request-id': id })).toMatch(uuid);
  }
});

test('uses the trace ID of a valid traceparent', () => {
  expect(requestId({ traceparent })).toBe(trace);
  expect(requestId({ 'x-request-id': 'not usable', traceparent })).toBe(trace);
});

test('ignores an invalid traceparent', () => {
  for (const wrong of [
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${trace}-00f067aa0ba902b7`,
    `ff-${trace}-00f067aa0ba902b7-01`,
    'rubbish',
  ]) {
    expect(requestId({ traceparent: wrong })).toMatch(uuid);
  }
});

test('gives every request its own ID', () => {
  const ids = Array.from({ length: 1000 }, () => requestId({}));
  expect(new Set(ids).size).toBe(1000);
});
