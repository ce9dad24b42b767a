import type { Kubectl } from '../../src/kubernetes/kubectl.js';
import { clientPod, waitForPod } from './client-pod.js';

/** An address, and whether connections to it should succeed. */
export interface Target {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly open: boolean;
}

/** Connects until each target is as expected, or the time is over: network plugins apply policies after a moment. */
const program = `
const net = require('net');
const { targets, seconds } = JSON.parse(process.argv[1]);
const connect = ({ host, port }) => new Promise((done) => {
  const socket = net.connect({ host, port, timeout: 2000 });
  const end = (open) => { socket.destroy(); done(open); };
  socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
});
(async () => {
  const found = {};
  const until = Date.now() + seconds * 1000;
  await Promise.all(targets.map(async (target) => {
    do {
      found[target.name] = await connect(target);
      if (found[target.name] === target.open) return;
      await new Promise((done) => setTimeout(done, 500));
    } while (Date.now() < until);
  }));
  console.log(JSON.stringify(found));
})();
`;

/** Which targets a pod without a label of the app can connect to. */
export async function probe(
  kubectl: Kubectl,
  image: string,
  targets: readonly Target[],
  patience: number,
): Promise<Readonly<Record<string, boolean>>> {
  const name = `probe-${Math.random().toString(36).slice(2, 8)}`;
  const seconds = 30 * patience;
  const pod = clientPod(name, image, [program, JSON.stringify({ targets, seconds })]);
  await kubectl.must(['create', '--filename', '-'], JSON.stringify(pod));
  try {
    const hasEnded = await waitForPod(kubectl, name, seconds + 120 * patience, ({ status }) =>
      status?.phase === 'Succeeded' || status?.phase === 'Failed' ? status.phase : undefined,
    );
    const text = (await kubectl.must(['logs', name])).trim();
    if (hasEnded === 'Failed') throw new Error(`The probe failed: ${text.slice(-500)}`);
    return JSON.parse(text.split('\n').at(-1)!) as Record<string, boolean>;
  } finally {
    await kubectl.run(['delete', 'pod', name, '--wait=false']);
  }
}
