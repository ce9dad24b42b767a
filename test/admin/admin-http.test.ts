import { afterAll, beforeAll, expect, test } from 'vitest';
import { AdminServer } from '../../src/admin/admin-http.js';

const failures: unknown[] = [];
const server = new AdminServer({ failed: ({ path }, error) => failures.push([path, String(error)]) });
let url: string;

beforeAll(async () => {
  server.get('/told', (request, reply) => reply.send({ of: request.query.get('of') }));
  server.get('/broken', () => {
    throw new Error('a fault');
  });
  server.post('/form', async (request, reply) => {
    const form = await request.form();
    if (form === undefined) reply.fail(413);
    else reply.send(form.get('name') ?? 'none');
  });
  url = await server.listen({ host: 'localhost', port: 0 });
});

afterAll(() => server.close());

test('answers GET with JSON, and HEAD with the same headers', async () => {
  const got = await fetch(`${url}/told?of=a%20b&x=?`);
  expect([got.status, await got.json()]).toEqual([200, { of: 'a b' }]);
  const head = await fetch(`${url}/told?of=a%20b&x=?`, { method: 'HEAD' });
  expect(head.headers.get('Content-Length')).toBe(got.headers.get('Content-Length'));
  expect(await head.text()).toBe('');
});

test('answers unknown paths and methods with 404, and reports faults, which get 500 without their text', async () => {
  const answer = async (path: string, method: string) => (await fetch(url + path, { method })).text();
  expect(await answer('/nothing', 'GET')).toBe('{"error":"404 - Not Found"}');
  expect(await answer('/told', 'DELETE')).toBe('{"error":"404 - Not Found"}');
  expect(await answer('/broken', 'GET')).toBe('{"error":"500 - Internal Server Error"}');
  expect(failures).toEqual([['/broken', 'Error: a fault']]);
});

test('reads forms up to a limit, and ignores bodies of other types', async () => {
  const post = (body: URLSearchParams | string) => fetch(`${url}/form`, { method: 'POST', body });
  expect(await (await post(new URLSearchParams({ name: 'ä' }))).text()).toBe('ä');
  expect(await (await post('{"name":"b"}')).text()).toBe('none');
  expect((await post(new URLSearchParams({ name: 'x'.repeat(9000) }))).status).toBe(413);
});

test('on localhost, listens on 127.0.0.1 whatever address the name has first', async () => {
  const { port } = new URL(url);
  expect((await fetch(`http://127.0.0.1:${port}/told`)).status).toBe(200);
});
