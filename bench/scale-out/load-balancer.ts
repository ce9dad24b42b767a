import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, balancerAddress } from './network.js';

export const balancerUrl = `http://${balancerAddress}:8080/wait`;
const statsUrl = `http://${balancerAddress}:8404/;csv`;

/** Retries a GET on another replica if the first one cannot be reached, or does not respond in time. */
const retrying = `  retries 3
  option redispatch 1
  retry-on conn-failure empty-response response-timeout`;
const plain = `  retries 0
  no option redispatch`;

function configuration(hosts: number, retry: boolean): string {
  const servers = Array.from({ length: hosts }, (_, at) => `  server p${at + 1} ${addressOf(at + 1)}:8000`);
  return `global
  maxconn 4000
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 5s
${retry ? retrying : plain}
frontend public
  bind ${balancerAddress}:8080
  default_backend replicas
frontend stats
  bind ${balancerAddress}:8404
  stats enable
  stats uri /
backend replicas
  balance leastconn
  option httpchk GET /readyz
  default-server check port 9000 inter 250ms fall 2 rise 1
${servers.join('\n')}
`;
}

/** HAProxy instead of a Kubernetes Service. Health checks of /readyz find the hosts with a replica. */
export class LoadBalancer {
  readonly #folder: string;
  readonly #child: ChildProcess;

  /** Runs in the network namespace of this process. */
  constructor(hosts: number, retry: boolean) {
    this.#folder = mkdtempSync(join(tmpdir(), 'penstock-haproxy-'));
    const file = join(this.#folder, 'haproxy.cfg');
    writeFileSync(file, configuration(hosts, retry));
    this.#child = spawn('haproxy', ['-db', '-q', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Waits until this number of replicas gets requests. */
  async sees(replicas: number): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      const stats = await fetch(statsUrl)
        .then((response) => response.text())
        .catch(() => '');
      const up = stats.split('\n').filter((line) => /^replicas,p\d/.test(line) && line.includes(',UP,'));
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
