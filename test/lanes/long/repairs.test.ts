import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../support/http.js';
import { type Lane, type PenstockServer, startPenstock } from '../../support/penstock.js';
import { fixtureApp } from '../../support/server.js';

const app = fixtureApp('repairs.R');
const upload =
  '--BB\r\nContent-Disposition: form-data; name="table"; filename="t.csv"\r\n\r\na,b\n1,2\r\n--BB--\r\n';

function asks(server: () => PenstockServer) {
  const send = async (method: string, path: string, type?: string, body?: string) => {
    const headers: [string, string][] = type === undefined ? [] : [['Content-Type', type]];
    const request = { method, path, headers, ...(body !== undefined && { body }) };
    const { body: answer, headers: got, status } = await ask(server().port, request);
    return {
      status,
      body: String(answer),
      headers: new Map(got.map(([name, value]) => [name.toLowerCase(), value])),
    };
  };
  return {
    query: () => send('GET', '/query?a[]=1&a%5B%5D=2'),
    form: () => send('POST', '/form', 'application/x-www-form-urlencoded', 'a[]=1&a[]=2'),
    json: () => send('POST', '/json', 'application/json', '{"x": 1'),
    broken: () => send('POST', '/broken', 'application/json', '{"x": 1}'),
    upload: () => send('POST', '/upload', 'multipart/form-data; boundary="BB"', upload),
    unbounded: () => send('POST', '/upload', 'multipart/form-data', upload),
    file: () => send('GET', '/file?name=gr%C3%B6%C3%9Fe.csv'),
  };
}

describe.each(['auto', 'plumber'] as const satisfies Lane[])('with all repairs, lane %s', (lane) => {
  let server: PenstockServer;
  beforeAll(async () => {
    server = await startPenstock(app, { lane, flags: ['--repairs', 'arrays,bodies,boundaries,filenames'] });
  });
  afterAll(() => server?.stop());
  const send = asks(() => server);

  test('names with brackets make vectors', async () => {
    expect((await send.query()).body).toBe('{"a":["1","2"],"names":["a"]}');
    expect((await send.form()).body).toBe('{"a":["1","2"]}');
  });

  test('bodies that are not what their type says get 400 with the reason, other errors 500', async () => {
    const { body, status } = await send.json();
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({
      code: 'body_not_json',
      message: expect.stringContaining('JSON'),
    });
    expect((await send.unbounded()).status).toBe(400);
    expect((await send.broken()).status).toBe(500);
  });

  test('a quoted boundary is read', async () => {
    expect((await send.upload()).body).toBe('["table"]');
  });

  test('a file name that is not ASCII is encoded', async () => {
    expect((await send.file()).headers.get('content-disposition')).toBe(
      `attachment; filename="gr__e.csv"; filename*=UTF-8''gr%C3%B6%C3%9Fe.csv`,
    );
  });
});

describe('without repairs', () => {
  let server: PenstockServer;
  beforeAll(async () => {
    server = await startPenstock(app);
  });
  afterAll(() => server?.stop());
  const send = asks(() => server);

  test('responses are those of plumber', async () => {
    expect((await send.query()).status).toBe(500);
    expect((await send.json()).status).toBe(500);
    expect((await send.upload()).body).not.toBe('["table"]');
    expect((await send.file()).headers.get('content-disposition')).not.toContain('filename*');
  });
});
