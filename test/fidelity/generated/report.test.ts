import { expect, test } from 'vitest';
import { describeDifference } from './report.js';

const answer = (body: string) => ({ status: 200, headers: ['content-type: a/b'], body: Buffer.from(body) });

test('reports a difference as a command that repeats it and the response of each server', () => {
  const request = {
    method: 'PUT',
    path: "/it's?a=1",
    headers: [
      ['Content-Type', 'text/plain'],
      ['X-Empty', ''],
    ] as const,
    body: Buffer.from('é\n'),
  };
  const report = describeDifference('--seed 1 --path 2', request, [answer('a'), answer('b'), 'hangs up']);
  expect(report.split('\n')).toEqual([
    '--seed 1 --path 2',
    "  curl -i --path-as-is -X PUT $'http://127.0.0.1:8000/it\\'s?a=1' -H 'Content-Type: text/plain' " +
      "-H 'X-Empty;' --data-binary $'\\xc3\\xa9\\x0a'",
    '  plumber      200 content-type: a/b "a"',
    '  plumber lane 200 content-type: a/b "b"',
    '  direct lane  hangs up',
  ]);
});

test('sends no Content-Type header for a body without a type', () => {
  const report = describeDifference('', { method: 'POST', path: '/x', chunks: [Buffer.from('[1]')] }, []);
  expect(report).toContain("-H 'Transfer-Encoding: chunked' -H 'Content-Type:' --data-binary '[1]'");
});
