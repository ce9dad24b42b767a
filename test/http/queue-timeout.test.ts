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
  // Envoy could not repeat these.
  [{ 'x-queue-timeout': '25ms; once', 'x-request-id': 'large', 'content-length': '32769' }, undefined],
  [{ 'x-queue-timeout': '25ms; once', 'x-request-id': 'chunked', 'transfer-encoding': 'chunked' }, undefined],
  [{ 'x-queue-timeout': '25ms', 'content-length': '32769' }, 25],
  // Nothing tells whether it was here before.
  [{ 'x-queue-timeout': '25ms; once' }, undefined],
  // What is kept of a client's id is bounded.
  [{ 'x-queue-timeout': '25ms; once', 'x-request-id': 'x'.repeat(129) }, undefined],
])('the headers %j limit the time in the queue to %s ms', (headers, expected) => {
  expect(queueTimeout(headers)).toBe(expected);
});

test('a request that comes back to a replica may wait, if its balancer knows no last try', () => {
  const headers = (id: string) => ({ 'x-queue-timeout': '25ms; once', 'x-request-id': id });
  expect(queueTimeout(headers('first'))).toBe(25);
  expect(queueTimeout(headers('second'))).toBe(25);
  expect(queueTimeout(headers('first'))).toBeUndefined();
});
