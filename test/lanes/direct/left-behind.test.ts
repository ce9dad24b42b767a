import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureApp, type ServedApp, serve } from '../../support/server.js';

let app: ServedApp;

beforeAll(async () => {
  app = await serve(fixtureApp('left-behind.R'), { workers: 1 });
});

afterAll(() => app?.stop());

test.each(['/fails', '/fails-too'])(
  'a failing request (%s) gets no headers of a request that was interrupted before it',
  async (path) => {
    const id = `leaves${path.replace('/', '-')}`;
    const leave = new AbortController();
    const headers = { 'X-Secret': 'mine', 'X-Request-Id': id };
    const left = fetch(`${app.url}/leaves`, { headers, signal: leave.signal }).catch(() => 'left');
    await app.logged('output', ({ msg, requestId }) => msg === 'waiting' && requestId === id);
    leave.abort();
    expect(await left).toBe('left');
    const answer = await fetch(app.url + path);
    expect([answer.status, await answer.json()]).toEqual([500, { error: '500 - Internal server error' }]);
    expect(answer.headers.get('X-Left')).toBeNull();
    expect(app.entries('worker-exit')).toEqual([]); // the same worker answered both
  },
);
