import { expect, test } from 'vitest';
import { crashing, ready, testCluster } from './cluster.js';
import type { Any } from './store.js';
import { kubectl } from './tools.js';

const cluster = testCluster();

const loadResult = { answered: 500, failed: 0, slowest: 40, lastFailure: 0, failures: [] };
const textOf = (pod: Any): string => JSON.stringify(pod.spec.containers);
const isClient = (pod: Any) => pod.metadata.labels.app === 'penstock-verify-load';
const isServer = (pod: Any) => textOf(pod).includes('createServer');
const isReady = ({ status }: Any) => status.conditions[0].status === 'True';

/** What a probe finds if connections are as they should be, or all succeed. */
function probed(pod: Any, enforced: boolean): string {
  const { targets } = JSON.parse(pod.spec.containers[0].command[3]);
  return JSON.stringify(
    Object.fromEntries(targets.map(({ name, open }: Any) => [name, enforced ? open : true])),
  );
}

interface Behaviour {
  /** The phase of a load client. */
  readonly client?: string;
  /** Whether the network plugin enforces policies. */
  readonly enforced?: boolean;
  /** Whether programs in pods never end. */
  readonly hangs?: boolean;
}

/** Simulates the pods and nodes of the check. */
function behave({ client = 'Succeeded', enforced = true, hangs = false }: Behaviour = {}): void {
  const killed = new Set<string>();
  cluster.behave({
    metrics: true,
    status: (pod) => {
      const { name } = pod.metadata;
      if (isServer(pod)) return { ...ready, podIP: '10.0.0.2' };
      if (isClient(pod)) return { phase: client };
      if (textOf(pod).includes('broken-on-purpose')) return crashing;
      const lost = cluster.nodes().some((node) => node.metadata.name === pod.spec.nodeName && !isReady(node));
      if (lost) return { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] };
      const lastState = { terminated: { reason: 'OOMKilled', exitCode: 137 } };
      const [container] = ready.containerStatuses;
      const containerStatuses = [killed.has(name) ? { ...container, restartCount: 1, lastState } : container];
      return { ...ready, containerStatuses, podIP: '10.0.0.1' };
    },
    log: (pod) => {
      if (textOf(pod).includes('targets')) return probed(pod, enforced);
      return isClient(pod)
        ? `started\n${JSON.stringify(loadResult)}\n`
        : 'PENSTOCK_QUEUE_LIMIT must not be "broken-on-purpose".\n';
    },
    admin: () => 'penstock_app_info{version="one"} 1\npenstock_workers{state="idle"} 2\n',
    exec: (pod, command) => {
      if (command.join().includes('Buffer.alloc')) killed.add(pod.metadata.name);
      return hangs ? undefined : { stdout: '', code: 137 };
    },
  });
}

const nodeTo = (status: string) =>
  `${kubectl} patch node {node} --type=merge --patch '{"status":{"conditions":[{"type":"Ready","status":"${status}"}]}}'`;

test('the check passes on the test cluster', { timeout: 600_000 }, async () => {
  behave();
  const { code, stderr, stdout } = await cluster.verify(
    ...['--node-down', nodeTo('Unknown'), '--node-up', nodeTo('True')],
  ).ended;
  expect(stdout, stderr).toContain('20 passed, 0 failed, 0 skipped, 0 not run');
  expect(stdout).toContain('another pod reaches port 8000, and not port 9000');
  expect(stdout).toMatch(/the container of \S+ was killed for its memory, and started again/);
  expect(stdout).toContain('kept 3 pods; the bounds 4 to 6 brought 4');
  expect(stdout).toMatch(/from 4 to 5 pods after \d+ s/);
  expect(code).toBe(0);
  expect(cluster.nodes().filter(({ metadata }) => 'penstock-verify' in (metadata.labels ?? {}))).toEqual([]);
  expect(cluster.changes.at(-1)).toMatch(/^DELETE \/api\/v1\/namespaces\/penstock-verify-/);
});

test('a step that hangs is ended, and what it left is put right for those after it', {
  timeout: 600_000,
}, async () => {
  behave({ hangs: true, enforced: false });
  const { code, stderr, stdout } = await cluster.verify('--patience', '0.25').ended;
  expect(stdout, stderr).toMatch(/killed for its memory .* \| failed \| \d+ s \| not finished after 105 s/);
  expect(stdout).toMatch(/and not the admin port \| skipped \| .*the network plugin ignores NetworkPolicies/);
  expect(stdout).toMatch(/A lost node .* \| skipped \| .*--node-down/);
  expect(stdout).toContain('17 passed, 1 failed, 2 skipped, 0 not run');
  expect(code).toBe(1);
});

test('the check cleans up, however often it is interrupted', { timeout: 240_000 }, async () => {
  behave({ client: 'Running' });
  const { child, ended } = cluster.verify();
  await expect.poll(() => cluster.changes.join('\n'), { timeout: 180_000 }).toMatch(/^POST .*\/pods$/m);
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGINT'), 200);
  const { code, stdout } = await ended;
  expect(stdout).toMatch(/a slow one does not block others \| failed \| .* stopped by SIGINT/);
  expect([code, stdout]).toEqual([1, expect.stringContaining('13 not run')]);
  expect(cluster.changes.at(-1)).toMatch(/^DELETE \/api\/v1\/namespaces\/penstock-verify-/);
});

test('no node is left cordoned, even if the check is killed', { timeout: 240_000 }, async () => {
  behave();
  const { child, ended } = cluster.verify();
  const cordoned = () => cluster.nodes().some(({ spec }) => spec.unschedulable === true);
  await expect.poll(cordoned, { timeout: 180_000, interval: 20 }).toBe(true);
  child.kill('SIGKILL');
  await ended;
  await expect.poll(cordoned, { timeout: 30_000 }).toBe(false);
  const last = () => cluster.changes.at(-1);
  await expect.poll(last, { timeout: 30_000 }).toMatch(/^DELETE \/api\/v1\/namespaces\/penstock-verify-/);
});
