import { expect, test } from 'vitest';
import { queueTimeout } from '../../src/http/queue-timeout.js';

test.each([
  [{}, undefined],
  [{ 'x-queue-timeout': '25ms' }, 25],
  [{ 'x-queue-timeout': '1' }, 1000],
  [{ 'x-queue-timeout': 'soon' }, undefined],
  [{ 'x-queue-timeout': '25ms; retries=2', 'x-envoy-attempt-count': '1' }, 25],
  [{ 'x-queue-timeout': '25ms;retries=2', 'x-envoy-attempt-count': '2' }, 25],
  [{ 'x-queue-timeout': '25ms; retries=2', 'x-envoy-attempt-count': '3' }, undefined],
  // Without the count, nobody would try again.
  [{ 'x-queue-timeout': '25ms; retries=2' }, undefined],
  [{ 'x-queue-timeout': '25ms; tries=2' }, undefined],
])('the headers %j limit the time in the queue to %s ms', (headers, expected) => {
  expect(queueTimeout(headers)).toBe(expected);
});
