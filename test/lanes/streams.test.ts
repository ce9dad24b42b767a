import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { noBrowser, openBrowser, openPage } from '../support/browser.js';
import { RawClient } from '../support/raw-client.js';
import { fixtureApp, isRunning, type ServedApp, serve } from '../support/server.js';

// Responses that R produces in pieces. Each test leaves no stream open.

let app: ServedApp;

beforeAll(async () => {
  const flags = ['--stream-heartbeat', '1s', '--stream-drain', '1s'];
  app = await serve(fixtureApp('streams.R'), { workers: 2, flags });
});

afterAll(() => app?.stop());

/** The body of a response, without the comments that keep a connection open. */
async function text(path: string, init?: RequestInit): Promise<string> {
  const response = await fetch(`${app.url}${path}`, init);
  return (await response.text()).replace(/^:\n\n/gm, '');
}

interface StreamEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data?: string;
}

/** Reads a stream of events, as a browser does. */
class Events {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #controller: AbortController;
  #text = '';

  private constructor(response: Response, controller: AbortController) {
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    this.#controller = controller;
  }

  static async open(path: string, headers: Record<string, string> = {}): Promise<Events> {
    const controller = new AbortController();
    const response = await fetch(`${app.url}${path}`, { headers, signal: controller.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    return new Events(response, controller);
  }

  /** The next event, without comments; undefined at the end. */
  async next(): Promise<StreamEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const event: Record<string, string> = {};
        for (const [, name, value] of block.matchAll(/^(\w+): (.*)$/gm))
          event[name!] = event[name!] === undefined ? value! : `${event[name!]}\n${value!}`;
        if (Object.keys(event).length === 0) continue;
        return event;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  /** The events until the stream ends. */
  async rest(): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) events.push(event);
    return events;
  }

  leave(): void {
    this.#controller.abort();
  }
}

const pidOf = (event: StreamEvent | undefined): number => JSON.parse(event!.data!).pid;

test('a generator, a function that sends, and a function that returns elements are streams of events', async () => {
  const events = 'data: 1\n\ndata: 2\n\ndata: 3\n\n';
  expect(await text('/count')).toBe(events);
  expect(await text('/sent')).toBe(events);
  expect(await text('/promised')).toBe('data: 1\n\ndata: 2\n\n');
  expect(await text('/plain')).toBe('data: {"answer":42}\n\n');
});

test('in the plumber lane, streams are the same', async () => {
  const headers = { 'X-Request-Id': 'stream-in-plumber-lane' };
  expect(await text('/early', { headers })).toBe('data: 1\n\ndata: 2\n\ndata: 3\n\n');
  expect(await app.request('stream-in-plumber-lane')).toMatchObject({ lane: 'plumber', elements: 3 });
});

test('text, lists and fields become events as the standard says', async () => {
  expect(await text('/events')).toBe(
    [
      'data: one',
      'data: two\ndata: lines',
      'data: line\ndata: breaks\ndata: and\ndata: ',
      'data: {"a":1,"b":"x"}',
      'data: [{"x":1},{"x":2}]',
      ': nothing',
      'event: named\nid: 7\nretry: 100000\ndata: {"ok":true}',
      ': only a comment',
      'event: bare\ndata: ',
      'data: ü',
      '',
    ].join('\n\n'),
  );
});

test('other streams are lines of JSON, CSV, or bytes', async () => {
  expect(await text('/lines')).toBe('{"i":1,"text":"a\\nb"}\n{"i":2}\n{"i":3}\n');
  expect(await text('/table')).toBe(`"i","text"\n${[1, 2, 3, 4].map((i) => `${i},"a ""b"""\n`).join('')}`);
  for (const path of ['/bytes', '/sent-bytes']) {
    const response = await fetch(`${app.url}${path}?size=40000&times=5`);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.equals(Buffer.concat([1, 2, 3, 4, 5].map((i) => Buffer.alloc(40_000, i))))).toBe(true);
  }
});

test('proxies are told to pass events on at once, and the specification names the type', async () => {
  const { headers } = await fetch(`${app.url}/count`);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  const spec = await text('/openapi.json');
  const { paths } = JSON.parse(spec);
  expect(paths['/count'].get.responses['200'].content).toHaveProperty('text/event-stream');
  expect(paths['/count'].get).toMatchObject({
    description: 'A stream: events are sent as they are produced.',
    'x-penstock': { stream: 'events' },
  });
  expect(paths['/bytes'].get).toMatchObject({ 'x-penstock': { stream: 'pieces' } });
  expect(paths['/pid'].get).not.toHaveProperty('x-penstock');
});

test('an event arrives when R has produced it, and its worker runs other requests meanwhile', async () => {
  const streams = await Promise.all(
    Array.from({ length: 20 }, () => Events.open('/ticks?seconds=0.2', { 'Last-Event-ID': '41' })),
  );
  const first = await Promise.all(streams.map((stream) => stream.next()));
  expect(first.map((event) => event?.id)).toEqual(Array(20).fill('42'));
  const pids = new Set(first.map(pidOf));
  const answered = new Set<number>();
  while (answered.size < pids.size) answered.add(JSON.parse(await text('/pid'))[0]);
  for (const stream of streams) expect((await stream.next())?.id).toBe('43');
  for (const stream of streams) stream.leave();
});

test('a client that leaves ends its generator', async () => {
  const stream = await Events.open('/ticks?name=left&seconds=0.05', { 'X-Request-Id': 'left-stream' });
  await stream.next();
  stream.leave();
  await app.printed('closed left');
  expect(await app.request('left-stream')).toMatchObject({ status: 200, ending: 'left' });
});

test.each(['/bytes', '/sent-bytes'])('while a client does not read, R produces nothing: %s', async (path) => {
  const client = await RawClient.open(app.port);
  const name = `unread${path}`;
  client.send(
    `GET ${path}?size=65536&times=1e6&name=${name} HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${name.replace('/', '-')}\r\n\r\n`,
  );
  await client.until(/200 OK/);
  client.pause();
  // The streams of earlier tests have ended.
  await expect.poll(() => app.admin('/status')).toMatchObject({ open: 1 });
  const sent = async () => {
    const metrics = await (await fetch(`${app.adminUrl}/metrics`)).text();
    return Number(/^penstock_response_bytes (\d+)/m.exec(metrics)?.[1]);
  };
  await expect.poll(sent).toBeGreaterThan(0);
  await text('/pid');
  client.leave();
  await app.printed(`closed ${name}`);
  const { elements } = await app.request(name.replace('/', '-'));
  expect(Number(elements)).toBeLessThan(1000); // the system's buffers have a few MB
});

test('an R error ends events with an event, and cuts other streams', async () => {
  const stream = await Events.open('/broken-events?at=2', { 'X-Request-Id': 'broken-events' });
  const events = await stream.rest();
  expect(events.map(({ event, data }) => event ?? data)).toEqual(['1', '2', 'error']);
  expect(JSON.parse(events[2]!.data!)).toMatchObject({ code: 'stream_failed', requestId: 'broken-events' });
  const error = await app.logged('r-error', ({ requestId }) => requestId === 'broken-events');
  expect(error).toMatchObject({ message: 'it broke', file: fixtureApp('streams.R') });
  expect(await app.request('broken-events')).toMatchObject({
    ending: 'failed',
    code: 'stream_failed',
    elements: 2,
  });
  await expect(text('/broken-lines?at=2')).rejects.toThrow();
  expect((await (await Events.open('/rejected')).rest()).map(({ event, data }) => event ?? data)).toEqual([
    'first',
    'error',
  ]);
});

test('an element that cannot be sent ends its generator', async () => {
  await expect(text('/unsendable')).rejects.toThrow();
  await app.printed('closed unsendable');
  const { message } = await app.logged('r-error', (entry) => String(entry.message).includes('must be text'));
  expect(message).toBe('an element of a stream must be text, a number or bytes, not list');
});

test('an error before the first element is a response, unless the head is sent', async () => {
  const response = await fetch(`${app.url}/broken-lines?at=0`);
  expect([response.status, JSON.parse(await response.text()).code]).toEqual([500, 'stream_failed']);
});

test('a stream that pauses for longer than its deadline ends, and its generator too', async () => {
  const events = await (await Events.open('/slow?name=paused')).rest();
  expect(events.map(({ event, data }) => event ?? data)).toEqual(['first', 'error']);
  expect(JSON.parse(events[1]!.data!).message).toContain('Its next element took longer than 1 s.');
  await app.printed('closed paused');
});

test('an element that takes longer than its deadline is interrupted', async () => {
  const response = await fetch(`${app.url}/hangs`);
  expect([response.status, JSON.parse(await response.text()).code]).toEqual([504, 'deadline_exceeded']);
  await app.printed('interrupted');
  await expect.poll(() => app.admin('/status')).toMatchObject({ open: 0, restarts: 0 });
});

test('while there are no events, comments keep the connection open', async () => {
  const client = await RawClient.open(app.port);
  client.send('GET /ticks?seconds=10 HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.until(/\r\n:\n\n\r\n/);
  client.leave();
});

test('the head of a stream has no body', async () => {
  const response = await fetch(`${app.url}/count`, { method: 'HEAD' });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
});

test('the log has the time to the first element, and how many there were', async () => {
  await text('/ticks?seconds=0.2&to=3', { headers: { 'X-Request-Id': 'measured-stream' } });
  const entry = await app.request('measured-stream');
  expect(entry).toMatchObject({ elements: 3, ending: 'complete', status: 200 });
  expect(entry.bytes).toBeGreaterThan(3 * 'id: 1\ndata: {"tick":1,"pid":1}\n\n'.length);
  expect(Number(entry.firstMs)).toBeLessThan(Number(entry.durationMs) - 400);
});

test.skipIf(noBrowser)(`the page of the example shows the words as they come${noBrowser}`, async () => {
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const { faults, page } = await openPage(browser, `${app.url}/words/`);
  await page.getByLabel('Question').fill('Why?');
  await page.getByRole('button').click();
  const answer = page.locator('output');
  await expect.poll(() => answer.textContent()).toMatch(/^You asked: Why\? A penstock brings water/);
  expect(await answer.getAttribute('data-state')).toBeNull(); // the rest is still to come
  await page.locator('output[data-state=done]').waitFor();
  expect(await answer.textContent()).toMatch(/to a row of R processes\.$/);
  expect(faults).toEqual([]);
});

test('a killed worker ends its own streams, and no other', async () => {
  const streams: Events[] = [];
  const pids: number[] = [];
  while (new Set(pids).size < 2) {
    const stream = await Events.open('/ticks?seconds=0.05');
    streams.push(stream);
    pids.push(pidOf(await stream.next()));
  }
  const killed = pids.at(-1)!;
  process.kill(killed, 'SIGKILL');
  const last = await streams.at(-1)!.rest();
  expect(JSON.parse(last.at(-1)!.data!)).toMatchObject({ code: 'worker_lost' });
  expect(isRunning(killed)).toBe(false);
  for (const [i, stream] of streams.slice(0, -1).entries()) {
    expect(pidOf(await stream.next())).toBe(pids[i]);
    stream.leave();
  }
  await app.logged('worker-ready', () => true, { skip: 2 });
});

test('after a reload, streams go on for the drain time and get a last event', async () => {
  const before = await Events.open('/ticks?seconds=0.05&name=reloaded');
  await before.next();
  expect((await fetch(`${app.adminUrl}/reload`, { method: 'POST' })).status).toBe(200);
  const events = await before.rest();
  expect(events.at(-1)).toEqual({ event: 'close', data: '{"reason":"draining"}' });
  expect(events.length).toBeGreaterThan(2);
  await app.printed('closed reloaded');
});

test('a stop signal does the same', async () => {
  const stream = await Events.open('/ticks?seconds=0.05&name=stopped');
  await stream.next();
  const client = await RawClient.open(app.port);
  client.send('GET /bytes?size=10&times=1e6 HTTP/1.1\r\nHost: a\r\n\r\n');
  await expect.poll(async () => (await app.admin<{ open: number }>('/status')).open).toBe(2);
  app.signal('SIGTERM');
  expect((await stream.rest()).at(-1)?.event).toBe('close');
  expect(await client.closed).not.toMatch(/\r\n0\r\n\r\n$/); // the client sees that the rest is missing
  expect((await app.ended).code).toBe(0);
});
