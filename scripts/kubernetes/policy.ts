import type { LivePod } from '../../src/kubernetes/live-objects.js';
import { adminPort, publicPort } from '../../src/kubernetes/resources/names.js';
import { clientPod, waitForPod } from './client-pod.js';
import { probe, type Target } from './probe.js';
import { readyPods, Skip, type Verification } from './verification.js';

const denied = 'denied';

/** Any server, which a policy of ours makes unreachable if the network plugin enforces policies at all. */
const server = `require('net').createServer((socket) => socket.destroy()).listen(${publicPort})`;

const denyAll = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: denied },
  spec: { podSelector: { matchLabels: { probed: denied } }, policyTypes: ['Ingress'] },
};

/** Other pods reach the public port and not the admin port, if the network plugin enforces policies. */
export async function checkNetworkPolicy(verification: Verification): Promise<string> {
  const { image, kubectl, patience } = verification;
  const [pod] = await readyPods(verification);
  if (pod === undefined) throw new Error('No pod is ready.');
  const create = (object: object) => kubectl.must(['create', '--filename', '-'], JSON.stringify(object));
  await create(clientPod(denied, image, [server], { probed: denied }));
  try {
    const host = await waitForPod(kubectl, denied, 120 * patience, addressOf);
    const target = (open: boolean): Target => ({ name: denied, host, port: publicPort, open });
    if ((await probe(kubectl, image, [target(true)], patience)).denied !== true)
      throw new Error('Pods cannot connect to each other, even without a policy.');
    await create(denyAll);
    const own = (name: string, port: number, open: boolean): Target => ({
      ...{ name, port, open },
      host: pod.status!.podIP!,
    });
    const targets = [target(false), own('public', publicPort, true), own('admin', adminPort, false)];
    const found = await probe(kubectl, image, targets, patience);
    if (found.public !== true) throw new Error(`Another pod cannot connect to port ${publicPort}.`);
    if (found.denied === true)
      throw new Skip(
        'the network plugin ignores NetworkPolicies, so that only its token protects the admin port',
      );
    if (found.admin === true)
      throw new Error(`Another pod can connect to port ${adminPort}, although policies are enforced.`);
    return `another pod reaches port ${publicPort}, and not port ${adminPort}`;
  } finally {
    await kubectl.run(['delete', 'pod,networkpolicy', denied, '--wait=false']);
  }
}

function addressOf({ status }: LivePod): string | undefined {
  return status?.phase === 'Running' ? status.podIP : undefined;
}
