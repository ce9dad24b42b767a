import { execFileSync } from 'node:child_process';

/** Prefix of our network namespaces and links, whose names are global on this machine. */
const prefix = 'penstock';

/** The namespace of the load balancer and its clients. */
const balancer = `${prefix}-lb`;
export const balancerAddress = '10.77.0.1';

const namespaceOf = (host: number) => `${prefix}-${host}`;
const cableOf = (host: number) => `${prefix}${host}`;

export function addressOf(host: number): string {
  return `10.77.0.${10 + host}`;
}

/** The command prefix that runs a program on a host. */
export function on(host: number | 'balancer'): string[] {
  return ['nsenter', `--net=/var/run/netns/${host === 'balancer' ? balancer : namespaceOf(host)}`];
}

/** Creates hosts as network namespaces, each connected to the load balancer's switch. */
export function connectHosts(hosts: number): void {
  removeHosts(hosts);
  run('ip', 'netns', 'add', balancer);
  run('ip', '-n', balancer, 'link', 'set', 'lo', 'up');
  run('ip', '-n', balancer, 'link', 'add', 'br0', 'type', 'bridge');
  run('ip', '-n', balancer, 'addr', 'add', `${balancerAddress}/24`, 'dev', 'br0');
  run('ip', '-n', balancer, 'link', 'set', 'br0', 'up');
  for (let host = 1; host <= hosts; host += 1) {
    const [name, cable] = [namespaceOf(host), cableOf(host)];
    run('ip', 'netns', 'add', name);
    run('ip', '-n', name, 'link', 'set', 'lo', 'up');
    run('ip', 'link', 'add', cable, 'netns', balancer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    run('ip', '-n', balancer, 'link', 'set', cable, 'master', 'br0', 'up');
    run('ip', '-n', name, 'addr', 'add', `${addressOf(host)}/24`, 'dev', 'eth0');
    run('ip', '-n', name, 'link', 'set', 'eth0', 'up');
  }
}

export function removeHosts(hosts: number): void {
  const there = run('ip', 'netns', 'list');
  for (const name of [balancer, ...Array.from({ length: hosts }, (_, at) => namespaceOf(at + 1))]) {
    if (new RegExp(`^${name}\\b(?!-)`, 'm').test(there)) run('ip', 'netns', 'delete', name);
  }
}

/** Connects or disconnects a host. */
export function setCable(host: number, state: 'up' | 'down'): void {
  run('ip', '-n', balancer, 'link', 'set', cableOf(host), state);
}

function run(program: string, ...words: string[]): string {
  return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
