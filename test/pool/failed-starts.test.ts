import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Faults } from '../support/faults.js';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { sampled } from '../support/sized.js';

const { obstacle } = Faults;

interface Status {
  readonly workers: { id: number; pid: number; state: string }[];
}

const suite = describe.skipIf(obstacle !== undefined);

/** Program, system call and error. */
type Fault = Parameters<Faults['begin']>;

const spawned: Fault[] = [
  ['node', 'mkdir', 'ENOSPC'],
  ['node', 'mkdir', 'EACCES'],
  ['node', 'socketpair', 'EMFILE'],
  ['node', 'socketpair', 'ENFILE'],
  ['node', 'fork', 'EAGAIN'],
  ['node', 'fork', 'ENOMEM'],
  ['R', 'mkdtemp', 'ENOSPC'],
];
const forked: Fault[] = [
  ['node', 'mkdir', 'ENOSPC'],
  ['node', 'open', 'EMFILE'],
  ['R', 'fork', 'EAGAIN'],
  ['R', 'fork', 'ENOMEM'],
  ['R', 'mkfifo', 'ENOSPC'],
];

suite.each([
  ['off', spawned],
  ['on', forked],
] as const)(`with --preload %s${obstacle === undefined ? '' : ` (${obstacle})`}`, (how, list) => {
  let faults: Faults;
  let app: ServedApp;

  beforeAll(async () => {
    faults = new Faults();
    app = await serve(fixtureApp('work.R'), { workers: 2, env: faults.env, flags: ['--preload', how] });
  });

  afterAll(async () => {
    await app?.stop();
    faults?.remove();
  });

  // `npm test` has half of them, others in each run.
  test.each(sampled(list, 2))(
    'a start that fails since %s gets %s: %s is tried again while others serve',
    async (...fault: Fault) => {
      const { workers } = await app.admin<Status>('/status');
      const last = Math.max(...workers.map(({ id }) => id));
      faults.begin(...fault);
      process.kill(workers[0]!.pid, 'SIGKILL');
      const failed = await app.logged('worker-exit', ({ worker }) => (worker as number) > last);
      expect(failed.level).toBe('warn');
      for (let i = 0; i < 3; i++) expect((await fetch(`${app.url}/pid`)).status).toBe(200);
      faults.end();
      await expect
        .poll(async () => (await app.admin<Status>('/status')).workers.map(({ state }) => state))
        .toEqual(['idle', 'idle']);
    },
  );
});
