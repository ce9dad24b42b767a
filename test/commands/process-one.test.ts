import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { installed } from '../../src/installation.js';
import { penstockCommand } from '../support/command.js';
import { accepting, Child, freePort, serverEnvironment } from '../support/process.js';
import { fixtureApp } from '../support/server.js';
import { sized } from '../support/sized.js';

/** Runs a command as process 1, as in a container. */
const namespace = ['--pid', '--fork', '--mount-proc', '--kill-child'] as const;

function mayUnshare(): boolean {
  try {
    execFileSync('unshare', [...namespace, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Number of processes below another that have ended and that nobody has reaped. */
function zombiesBelow(pid: number): number {
  const found = new Map<number, { parent: number; state: string }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]!.split(' ');
      found.set(Number(name), { parent: Number(parent), state: state! });
    } catch {} // it has just ended
  }
  const isBelow = (one: number): boolean => {
    const parent = found.get(one)?.parent;
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  return [...found].filter(([one, { state }]) => state === 'Z' && isBelow(one)).length;
}

describe.skipIf(!mayUnshare())('as process 1', () => {
  test('init.sh reaps processes that lose their parent, passes signals on, and ends as its command', async () => {
    const command =
      '(sleep 0.01 & sleep 0.01 &); trap "cat /proc/[0-9]*/stat | grep -c \') Z\'; exit 7" USR1; ' +
      'sleep 0.1; kill -USR1 1; sleep 5 & wait';
    const running = promisify(execFile)('unshare', [
      ...namespace,
      ...['sh', installed('assets/image/init.sh'), 'sh', '-c', command],
    ]);
    await expect(running).rejects.toMatchObject({ code: 7, stdout: '0\n' });
  });

  test.runIf(sized(false, true))('a gateway leaves no zombies after reloads', async () => {
    const [port, admin] = [await freePort(), await freePort()];
    const flags = ['--port', String(port), '--admin-port', String(admin), '--workers', '2'];
    const outside = new Child(
      'unshare',
      [...namespace, ...penstockCommand, 'serve', fixtureApp('work.R'), ...flags],
      { env: serverEnvironment() },
    );
    try {
      await accepting(port, outside);
      for (let round = 0; round < 4; round += 1) {
        const { status } = await fetch(`http://127.0.0.1:${admin}/reload`, { method: 'POST' });
        expect(status).toBe(200);
      }
      await expect
        .poll(async () => (await fetch(`http://127.0.0.1:${admin}/status`)).json())
        .toMatchObject({ finishing: [] });
      const { pid } = outside.process;
      expect(zombiesBelow(pid!)).toBe(0);
      const ended = once(outside.process, 'exit');
      process.kill(Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')), 'SIGTERM');
      expect(await ended).toEqual([0, null]);
    } finally {
      await outside.stop('SIGKILL');
    }
  });
});
