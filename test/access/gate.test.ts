import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gate } from '../../src/access/gate.js';
import type { Route } from '../../src/app/manifest.js';
import { type Config, defaultConfig } from '../../src/config/load.js';
import { AppPaths } from '../../src/lanes/route-paths.js';
import { createLog } from '../../src/observe/log.js';

const config: Config = { ...defaultConfig(), rules: [{ path: '/report.csv', place: '', allow: 'nobody' }] };
const gate = new Gate(config, (await createLog({ format: 'json', level: 'silent' })).log);
const route = (path: string): Route => ({
  verbs: ['GET'],
  path,
  mount: '',
  regex: `^${path}$`,
  serializer: '',
});
const [before, after] = [
  new AppPaths([[route('/hello')]]),
  new AppPaths([[route('/hello'), route('/report.csv')]]),
];
let admitted: IncomingMessage | undefined;

const guarded = gate.before(
  (incoming, response) => {
    admitted = incoming;
    const run = () => void response.end();
    return {
      request: incoming,
      response,
      next: undefined,
      previous: undefined,
      listed: false,
      run,
      closed: () => {},
    };
  },
  () => {},
  () => before,
);
const server = createServer((incoming, response) => guarded(incoming, response).run());

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

async function admit(path: string): Promise<IncomingMessage> {
  admitted = undefined;
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    request({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      response.resume();
      response.on('end', resolve);
    }).end();
  });
  return admitted!;
}

test('a request that was admitted does not run a new route whose rule rejects it', async () => {
  const disguised = await admit('/report-csv');
  expect(gate.admits(disguised, before)).toBe(true);
  expect(gate.admits(disguised, after)).toBe(false);
  expect(gate.admits(await admit('/hello'), after)).toBe(true);
});
