import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureApp, runCli, serve } from '../support/server.js';
import { sized } from '../support/sized.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-fork-'));
const file = join(folder, 'database');
let database: Server;

/** Echoes what each connection sends, a little later, so that two processes that share one mix up their answers. */
beforeAll(async () => {
  writeFileSync(file, 'rows');
  database = createServer((socket) => {
    socket.on('error', () => {}).on('data', (chunk) => setTimeout(() => socket.write(chunk), 50));
  });
  await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

type UnsafeApp = readonly [name: string, why: string, logged: RegExp];

const threads = /loading it started \d threads?/;
const unsafe: readonly UnsafeApp[] = [
  [
    'connection',
    'it keeps a connection and a file open',
    /loading it left open: (?=.*a network or database connection).*\/database/,
  ],
  ['thread', 'it has started a thread', threads],
  ...sized<UnsafeApp[]>([], [['openmp', 'it has used OpenMP', threads]]),
];

describe('detects and logs an app that would break when forked, and each worker loads it itself:', () => {
  test.concurrent.each(unsafe)('%s: %s', async (name, _, reason) => {
    const { port } = database.address() as { port: number };
    const app = await serve(fixtureApp(`fork-unsafe/${name}.R`), {
      workers: 2,
      env: { DATABASE_PORT: String(port), DATABASE_FILE: file },
    });
    try {
      expect((await app.logged('not-preloaded')).msg).toMatch(reason);
      expect(app.entries('preloaded')).toEqual([]);
      const questions = ['a', 'b', 'c', 'd', 'e', 'f'];
      const answers = await Promise.all(
        questions.map(async (question) => {
          const answer = await fetch(`${app.url}/ask?question=${question}`);
          return (await answer.json()) as { answer: string; pid: number };
        }),
      );
      expect(answers.map(({ answer }) => answer)).toEqual(questions);
      expect(new Set(answers.map(({ pid }) => pid)).size).toBe(2);
    } finally {
      await app.stop();
    }
  });
});

test.each(sized(['on'], ['on', 'off']))(
  'with --preload %s, a failing @onworker stops the start and reports file and line',
  async (preload) => {
    const app = join(folder, 'onworker.R');
    writeFileSync(app, '#* @get /\nfunction() 1\n\n#* @onworker\nfunction() stop("the database is away")\n');
    const flags = ['--preload', preload, '--port', '0', '--admin-port', '0', '--workers', '2'];
    const { code, stderr } = await runCli(['serve', app, ...flags]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${app}:4: @onworker: the database is away`);
  },
);
