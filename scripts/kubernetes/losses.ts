import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isReady, type LivePod } from '../../src/kubernetes/live-objects.js';
import { watchRollout } from '../../src/kubernetes/rollout.js';
import { waitForPod } from './client-pod.js';
import { steady } from './disruptions.js';
import {
  isNodeReady,
  type LiveNode,
  nodeToDisturb,
  type Outcome,
  observeLoad,
  readyPods,
  rolloutTimeout,
  Skip,
  type Verification,
  withMarkedNode,
} from './verification.js';

/** Share of the requests that may fail: those that the lost pod was running, and those sent to it before that is noticed. */
const TOLERATED = 0.05;

/** Takes memory until the kernel ends it, or all processes of the container with it. */
const eater = 'const kept = []; for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));';

export async function killForMemory(verification: Verification): Promise<string> {
  const { kubectl, name, patience } = verification;
  const { outcome, result } = await observeLoad(verification, steady.slice(0, 1), async () => {
    const [victim] = await readyPods(verification);
    if (victim === undefined) throw new Error('No pod is ready.');
    const pod = victim.metadata.name;
    const before = restartsOf(victim);
    await kubectl.run(['exec', pod, '--container', 'penstock', '--', 'node', '-e', eater]);
    const deadline = performance.now() + 30_000 * patience;
    const how = await waitForPod(kubectl, pod, 120 * patience, (live) => {
      const reason = live.status?.containerStatuses?.[0]?.lastState?.terminated?.reason;
      if (restartsOf(live) > before) return reason ?? 'for an unknown reason';
      return performance.now() > deadline ? 'survived' : undefined;
    });
    if (how !== 'OOMKilled' && how !== 'survived')
      throw new Error(`The container of ${pod} ended: ${how}, not OOMKilled.`);
    await waitForPod(kubectl, pod, 120 * patience, (live) => isReady(live) || undefined);
    await watchRollout(kubectl, name, { timeout: rolloutTimeout(verification) });
    return how === 'survived'
      ? `the kernel ended only the process that took the memory of ${pod}`
      : `the container of ${pod} was killed for its memory, and started again`;
  });
  return `${describeLoss(outcome)}; ${result}`;
}

function restartsOf({ status }: LivePod): number {
  return status?.containerStatuses?.[0]?.restartCount ?? 0;
}

/** Stops a node by the commands of the user: the Kubernetes API has none for it. */
export async function loseNode(verification: Verification): Promise<string> {
  const { kubectl, name, nodeDown, nodeUp, patience } = verification;
  if (nodeDown === undefined || nodeUp === undefined)
    throw new Skip('pass --node-down and --node-up with commands that stop and start a {node}');
  let noticed = 0;
  const { outcome, result } = await observeLoad(verification, steady, async (clients) => {
    const node = await nodeToDisturb(verification, clients);
    const state = (ready: boolean) => nodeBecomes(verification, node, ready);
    const act = async () => {
      await runCommand(nodeDown, node);
      await state(false);
      noticed = Date.now();
      await podsLeave(verification, node);
      // From now on, no request goes there.
      await delay(20_000 * Math.min(1, patience));
    };
    await withMarkedNode(verification, node, act, async () => {
      await runCommand(nodeUp, node);
      await state(true);
    });
    await watchRollout(kubectl, name, { timeout: rolloutTimeout(verification) });
    return `lost ${node}, and got it back`;
  });
  const late = outcome.lastFailure - noticed;
  if (late > 15_000 * patience)
    throw new Error(
      `A request failed ${Math.round(late / 1000)} s after the loss was noticed: ${outcome.failures.at(-1)}`,
    );
  return `${describeLoss(outcome)}; ${result}`;
}

function describeLoss({ answered, failed, failures }: Outcome): string {
  const all = answered + failed;
  const text = `${failed} of ${all} requests failed`;
  if (failed > TOLERATED * all) throw new Error(`${text}: ${failures.join('; ')}`);
  return text;
}

async function nodeBecomes({ kubectl, patience }: Verification, node: string, ready: boolean): Promise<void> {
  const deadline = performance.now() + 180_000 * patience;
  while (isNodeReady(await kubectl.json<LiveNode>(['get', 'node', node])) !== ready) {
    if (performance.now() > deadline) throw new Error(`${node} is still ${ready ? 'lost' : 'ready'}.`);
    await delay(1000);
  }
}

async function podsLeave(verification: Verification, node: string): Promise<void> {
  const deadline = performance.now() + 60_000 * verification.patience;
  while ((await readyPods(verification)).some(({ spec }) => spec?.nodeName === node)) {
    if (performance.now() > deadline) throw new Error(`The pods on ${node} still count as ready.`);
    await delay(1000);
  }
}

async function runCommand(command: string, node: string): Promise<void> {
  const line = command.replaceAll('{node}', node);
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`\`${line}\` ended with exit code ${code}.`);
}
