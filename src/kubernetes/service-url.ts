import type { Kubectl } from './kubectl.js';
import type { LiveList, LiveService } from './live-objects.js';
import type { Values } from './values.js';

interface LiveNode {
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

/** The URL of the app, with the command for port forwarding if it needs one. */
export async function serviceUrl(kubectl: Kubectl, { httpRoute, ingress, name }: Values): Promise<string> {
  if (httpRoute.enabled) return `http://${httpRoute.hostnames[0]}/`;
  const [rule] = ingress.hosts;
  if (ingress.enabled && rule !== undefined)
    return `http${ingress.tls.length > 0 ? 's' : ''}://${rule.host}${rule.paths[0]?.path ?? '/'}`;
  const service = await kubectl.find<LiveService>('service', name);
  const [port] = service?.spec.ports ?? [];
  const [balancer] = service?.status?.loadBalancer?.ingress ?? [];
  const address = balancer?.ip ?? balancer?.hostname;
  if (address !== undefined) return `http://${address}${port?.port === 80 ? '' : `:${port?.port}`}/`;
  if (service?.spec.type === 'NodePort' && port?.nodePort !== undefined) {
    const node = await nodeAddress(kubectl);
    if (node !== undefined) return `http://${node}:${port.nodePort}/`;
  }
  const waiting = service?.spec.type === 'LoadBalancer' ? ', until its load balancer has an address' : '';
  return `http://127.0.0.1:8000/ after \`kubectl port-forward service/${name} 8000:${port?.port ?? 80}\`${waiting}`;
}

/** Undefined if the user has no permission to list nodes. */
async function nodeAddress(kubectl: Kubectl): Promise<string | undefined> {
  const { ok, stdout } = await kubectl.run(['get', 'nodes', '--output', 'json']);
  if (!ok) return undefined;
  const addresses = (JSON.parse(stdout) as LiveList<LiveNode>).items.flatMap(
    ({ status }) => status.addresses,
  );
  const of = (wanted: string) => addresses.find(({ type }) => type === wanted)?.address;
  return of('ExternalIP') ?? of('InternalIP');
}
