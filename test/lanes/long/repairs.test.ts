import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../support/http.js';
import { type Lane, type PenstockServer, startPenstock } from '../../support/penstock.js';
import { fixtureApp } from '../../support/server.js';

const app = fixtureApp('repairs.R');
const upload =
  '--BB\r\nContent-Disposition: form-data; name="table"; filename="t.csv"\r\n\r\na,b\n1,2\r\n--BB--\r\n';
const parts = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(([name, text]) => `--BB\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`)
    .join('')}--BB--\r\n`;

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
    fields: (name: string, note: string) =>
      send('POST', '/fields', 'multipart/form-data; boundary=BB', parts({ name, note })),
    unbounded: () => send('POST', '/upload', 'multipart/form-data', upload),
    send,
    file: () => send('GET', '/file?name=gr%C3%B6%C3%9Fe.csv'),
  };
}

describe.each(['auto', 'plumber'] as const satisfies Lane[])('with all repairs, lane %s', (lane) => {
  let server: PenstockServer;
  beforeAll(async () => {
    server = await startPenstock(app, {
      lane,
      flags: ['--repairs', 'arrays,bodies,boundaries,filenames,parts,types'],
    });
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
      code: 'body_unparsed',
      message: expect.stringContaining('application/json: parse error: premature EOF'),
    });
    const unbounded = await send.unbounded();
    expect(unbounded.status).toBe(400);
    expect(JSON.parse(unbounded.body).message).toContain('No boundary found');
    expect((await send.broken()).status).toBe(500);
  });

  test('a quoted boundary is read', async () => {
    expect((await send.upload()).body).toBe('["table"]');
  });

  test('a body whose type has no parser gets 415 with the types that have one', async () => {
    const wrong = await send.send('POST', '/table', 'application/json', '[{"a": 1}]');
    expect(wrong.status).toBe(415);
    expect(JSON.parse(wrong.body)).toMatchObject({
      code: 'body_type_unknown',
      message: expect.stringMatching(/application\/json: expected one of .*text\/csv/),
    });
    expect((await send.send('POST', '/table', 'text/csv', 'a,b\n1,2\n')).body).toBe('[1]');
    expect((await send.send('POST', '/named', 'application/xml', '<x>1</x>')).status).toBe(415);
    expect((await send.send('POST', '/named', undefined, 'x=1')).body).toBe('{"x":["1"]}');
    expect((await send.send('POST', '/named', 'application/xml')).body).toBe('{"x":["none"]}');
  });

  test('a handler that takes the request gets a body of any type', async () => {
    expect((await send.send('POST', '/xml', 'application/xml', '<x>1</x>')).body).toBe('{"bytes":[8]}');
  });

  test('parts of multipart without a type are text', async () => {
    expect((await send.fields('[hello', '')).body).toBe('{"name":["[hello"],"note":[""]}');
    expect((await send.fields('a=b&c', 'größe')).body).toBe('{"name":["a=b&c"],"note":["größe"]}');
  });

  test('arguments have their annotated types', async () => {
    const typed = async (path: string) => (await send.send('GET', path)).body;
    expect(await typed('/typed/7?rate=.5e1&on=true&other=5')).toBe(
      '{"id":[7],"rate":[5],"on":[true],"names":["none"],"other":["5"]}',
    );
    expect(await typed('/typed/7?on=0&names=1&names=2')).toBe(
      '{"id":[7],"rate":[1.5],"on":[false],"names":["1","2"],"other":["none"]}',
    );
    expect(await typed('/inner/half?n=5')).toBe('[2.5]');
    const form = await send.send('POST', '/twice', 'application/x-www-form-urlencoded', 'x=4');
    expect(form.body).toBe('[8]');
    expect((await send.send('POST', '/twice', 'application/json', '{"x": 4}')).body).toBe('[8]');
  });

  test.each([
    ['/typed/7x', 'id: expected an integer, got "7x".'],
    ['/typed/99999999999', 'id: expected an integer, got "99999999999".'],
    ['/typed/7?rate=fast', 'rate: expected a number, got "fast".'],
    ['/typed/7?on=maybe', 'on: expected true or false, got "maybe".'],
    ['/inner/half?n=0.5', 'n: expected an integer, got "0.5".'],
  ])('%s gets 400, because its argument has another type', async (path, reason) => {
    const { body, status } = await send.send('GET', path);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({
      code: 'argument_invalid',
      message: expect.stringContaining(reason),
    });
  });

  test('requests of a batch with one wrong argument get their own answers', async () => {
    const bodies = ['1', '2', 'x', '4'].map((x) =>
      send.send('POST', '/twice', 'application/x-www-form-urlencoded', `x=${x}`),
    );
    const answers = await Promise.all(bodies);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 200]);
    expect(answers[3]!.body).toBe('[8]');
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
    expect((await send.fields('hello', 'x')).body).not.toContain('hello');
    expect((await send.send('POST', '/named', 'application/xml', '<x>1</x>')).status).toBe(200);
    expect((await send.send('GET', '/typed/7?rate=fast')).body).toContain('"rate":["fast"]');
    expect((await send.file()).headers.get('content-disposition')).not.toContain('filename*');
  });
});
