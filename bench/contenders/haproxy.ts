import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../child.js';
import type { Contender } from '../contender.js';
import { freePort } from '../free-port.js';
import { ask } from '../question.js';
import { startPlumber } from './plumber.js';

interface Frontend {
  readonly name: string;
  readonly port: number;
  readonly balance: string;
}

/**
 * Connections to plumber are closed after each answer. With keep-alive, each answer would be delayed by 40 ms, because
 * httpuv writes header and body separately and without TCP_NODELAY.
 */
function configuration(frontends: readonly Frontend[], backendPorts: readonly number[]): string {
  const head = `global
  maxconn 4096
defaults
  mode http
  option http-server-close
  timeout connect 5s
  timeout client 120s
  timeout server 120s
`;
  const servers = backendPorts.map((port, index) => `  server plumber${index} 127.0.0.1:${port}`).join('\n');
  const parts = frontends.map(
    ({ port, balance }) => `listen on_${port}\n  bind 127.0.0.1:${port}\n  balance ${balance}\n${servers}\n`,
  );
  return [head, ...parts].join('\n');
}

/** HAProxy in front of several plumber processes, like a replicated deployment behind a load balancer. */
export const haproxy: Contender = {
  key: 'haproxy',
  runsR: true,
  async start(app, workers) {
    const backendPorts: number[] = [];
    while (backendPorts.length < workers) backendPorts.push(await startPlumber(app));
    const frontends: Frontend[] = [
      { name: `HAProxy round robin, ${workers} plumber`, port: await freePort(), balance: 'roundrobin' },
      { name: `HAProxy leastconn, ${workers} plumber`, port: await freePort(), balance: 'leastconn' },
    ];
    const child = new Child('HAProxy', 'haproxy', (folder) => {
      const file = join(folder, 'haproxy.cfg');
      writeFileSync(file, configuration(frontends, backendPorts));
      // -db keeps HAProxy in the foreground, so that it can be stopped.
      return ['-db', '-f', file];
    });
    const targets = frontends.map(({ name, port }) => ({
      name,
      origin: `http://127.0.0.1:${port}`,
      keepAlive: true,
    }));
    await child.until(() => Promise.all(targets.map(({ origin }) => ask(origin, app.probe))));
    return targets;
  },
};
