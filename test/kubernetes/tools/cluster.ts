import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { commandLine } from '../../../scripts/setup/command-line.mjs';
import { serverEnvironment } from '../../support/process.js';
import { ApiServer } from './api-server.js';
import type { Any, Kubelet } from './store.js';
import { kubectl } from './tools.js';

const example = resolve(import.meta.dirname, '../../../examples/mtcars');

const verify = resolve(import.meta.dirname, '../../../scripts/verify-kubernetes.mjs');
const verifyFlags = ['--image', 'mtcars:1', '--kubectl', kubectl];

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const ready: Any = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [{ name: 'penstock', ready: true, restartCount: 0, state: { running: {} } }],
};

/** The status of a pod whose container has exited twice. */
export const crashing: Any = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False' }],
  containerStatuses: [
    {
      name: 'penstock',
      ready: false,
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { reason: 'Error', exitCode: 1 } },
    },
  ],
};

/** A cluster for the tests of a file, empty before each test. */
export function testCluster() {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-cluster-'));
  const kubeconfig = join(folder, 'kubeconfig');
  let server = new ApiServer();
  const node = { conditions: [{ type: 'Ready', status: 'True' }], addresses: [] };
  const reset = async () => {
    server.stop();
    server = new ApiServer();
    await server.start();
    writeFileSync(kubeconfig, server.kubeconfig());
    for (const name of ['node-1', 'node-2', 'node-3']) {
      const status = { ...node, allocatable: { cpu: '2', memory: '4Gi' } };
      server.store.put({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {}, status });
    }
  };
  beforeAll(reset);
  beforeEach(reset);
  afterAll(() => {
    server.stop();
    rmSync(folder, { recursive: true });
  });

  const start = (program: string, args: readonly string[]) => {
    const env = { ...serverEnvironment({ KUBECONFIG: kubeconfig, PENSTOCK_KUBECTL: kubectl }) };
    let child!: ChildProcess;
    const ended = new Promise<CommandResult>((done) => {
      child = execFile(program, args, { env }, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : ((error.code as unknown as number) ?? 1), stdout, stderr });
      });
    });
    return { child, ended };
  };
  const run = (program: string, args: readonly string[]) => start(program, args).ended;
  return {
    kubeconfig,
    get requests() {
      return server.requests;
    },
    get changes() {
      return server.changes;
    },
    get: (kind: string, name: string): Any => server.store.get(kind, 'default', name),
    put: (object: Any): Any => server.store.put(object),
    list: (kind: string): Any[] => server.store.list(kind, 'default', ''),
    nodes: (): Any[] => server.store.list('Node', '', ''),
    behave: (kubelet: Partial<Kubelet>) => {
      server.store.kubelet = { ...server.store.kubelet, ...kubelet };
      server.store.settle();
    },
    penstock: (...args: string[]) => run(process.execPath, [...commandLine(), ...args]),
    /** Deploys the example with an image that the nodes have. */
    deploy: (...args: string[]) =>
      run(process.execPath, [
        ...commandLine(),
        'deploy',
        example,
        '--no-build',
        '--memory',
        '512mb',
        ...args,
      ]),
    /** Starts the check for real clusters with an image that the nodes have. */
    verify: (...args: string[]) =>
      start(process.execPath, [verify, ...verifyFlags, '--kubeconfig', kubeconfig, ...args]),
  };
}
