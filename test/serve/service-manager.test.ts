import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { ServiceManager } from '../../src/serve/service-manager.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-notify-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Stands in for systemd's socket: Node has none of this kind, but Perl has. Prints each message in one line. */
const listener = `use Socket; $| = 1; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, sockaddr_un($ARGV[0])) or die;
print "open\\n"; while (defined(recv($s, my $text, 4096, 0))) { $text =~ s/\\n/ /g; print "$text\\n"; }`;

test('systemd learns when the service is ready, reloads and stops, and that it is alive', async () => {
  const path = join(folder, 'socket');
  const socket = spawn('perl', ['-e', listener, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const messages: string[] = [];
  const lines = createInterface({ input: socket.stdout }).on('line', (line) => messages.push(line));
  try {
    await once(lines, 'line');
    const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '400000', PATH: process.env.PATH, OTHER: 'kept' };
    const manager = new ServiceManager(env, (reason) => messages.push(reason));
    expect(Object.keys(env)).toEqual(['PATH', 'OTHER']);
    await manager.ready('Serving app.R on http://127.0.0.1:8000');
    await manager.reloading();
    await manager.stopping();
    await expect.poll(() => messages.filter((message) => message === 'WATCHDOG=1').length).toBeGreaterThan(1);
    manager.close();
    expect(messages.filter((message) => !/^(open|WATCHDOG=1|BARRIER=1)$/.test(message))).toEqual([
      'READY=1 STATUS=Serving app.R on http://127.0.0.1:8000',
      'RELOADING=1',
      'STOPPING=1 STATUS=Finishing the requests that run',
    ]);
  } finally {
    socket.kill();
  }
});

test('without a service manager nothing is sent, and a socket that is gone is reported', async () => {
  const reasons: string[] = [];
  await new ServiceManager({ PATH: process.env.PATH }, (reason) => reasons.push(reason)).ready('ready');
  expect(reasons).toEqual([]);
  const env = { NOTIFY_SOCKET: join(folder, 'nothing'), PATH: process.env.PATH };
  await new ServiceManager(env, (reason) => reasons.push(reason)).ready('ready');
  expect(reasons).toEqual([expect.stringContaining('systemd-notify')]);
});
