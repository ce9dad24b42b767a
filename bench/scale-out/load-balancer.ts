import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { balancerAddress } from './network.js';

export const balancerUrl = `http://${balancerAddress}:8080`;

const statistics = `frontend statistics
  bind ${balancerAddress}:8405
  stats enable
  stats uri /
`;
const statsUrl = `http://${balancerAddress}:8405/;csv`;

/** HAProxy in front of the hosts. Health checks of /readyz find those with a replica. */
export class LoadBalancer {
  readonly #folder: string;
  readonly #child: ChildProcess;

  /** Runs in the network namespace of this process. */
  constructor(configuration: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'penstock-haproxy-'));
    const file = join(this.#folder, 'haproxy.cfg');
    writeFileSync(file, configuration + statistics);
    this.#child = spawn('haproxy', ['-db', '-q', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Waits until this number of replicas gets requests. */
  async sees(replicas: number): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      const stats = await fetch(statsUrl)
        .then((response) => response.text())
        .catch(() => '');
      const up = stats
        .split('\n')
        .filter((line) => /^(replicas|queue),(p|pod)\d/.test(line) && line.includes(',UP,'));
      if (up.length === replicas) return;
      await sleep(50);
    }
    throw new Error(`the load balancer does not find ${replicas} replicas`);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
    rmSync(this.#folder, { recursive: true });
  }
}
