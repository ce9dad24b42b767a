import { defaultConfig } from '../../src/config/load.js';
import { valuesFor } from '../../src/kubernetes/app-values.js';
import { objectsFor } from '../../src/kubernetes/documents.js';
import { addressOf, balancerAddress } from './network.js';

/** How HAProxy chooses a replica. */
export interface Balancing {
  readonly algorithm: 'leastconn' | 'random(1)';
  /** Repeats a GET on another replica if the first one cannot be reached, or does not respond in time. */
  readonly retry?: boolean;
  /** The number of requests that a replica gets at once; more wait in HAProxy. */
  readonly most?: number;
}

const retrying = `  retries 3
  option redispatch 1
  retry-on conn-failure empty-response response-timeout`;
const plain = `  retries 0
  no option redispatch`;

export function configurationFor(hosts: number, { algorithm, most, retry = false }: Balancing): string {
  const limit = most === undefined ? '' : ` maxconn ${most}`;
  return `global
  maxconn 4000
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout queue 60s
  timeout server ${retry ? 5 : 60}s
${retry ? retrying : plain}
frontend public
  bind ${balancerAddress}:8080
  default_backend replicas
backend replicas
  balance ${algorithm}
  option httpchk GET /readyz
  default-server check port 9000 inter 250ms fall 2 rise 1${limit}
${servers(hosts, 'p')}`;
}

/** The configuration that `penstock manifests --balancer haproxy` writes, with addresses in place of the cluster's DNS. */
export function shippedConfiguration(hosts: number): string {
  const config = { ...defaultConfig(), balancer: 'haproxy' as const, pods: { min: hosts, max: hosts } };
  const values = valuesFor({ name: 'app', version: '1', config, measured: undefined });
  const map = objectsFor(values).get('balancer-config') as unknown as { data: Record<string, string> };
  return map.data['haproxy.cfg']!.replace(/resolvers cluster\n( {2}.*\n)+/, '')
    .replace(' resolvers cluster init-addr none', '')
    .replaceAll(/^ {2}server-template .*\n/gm, servers(hosts, 'pod'));
}

function servers(hosts: number, name: string): string {
  const lines = Array.from(
    { length: hosts },
    (_, at) => `  server ${name}${at + 1} ${addressOf(at + 1)}:8000\n`,
  );
  return lines.join('');
}
