import { setTimeout as delay } from 'node:timers/promises';
import type { Kubectl } from '../../src/kubernetes/kubectl.js';
import type { LivePod, LiveService } from '../../src/kubernetes/live-objects.js';

/** What a client in the cluster does. */
export interface Load {
  readonly seconds: number;
  readonly connections: number;
  /** Milliseconds between two requests of a connection. */
  readonly pause: number;
  /** Requests for /asynchronousTest that are started first, each on a connection of its own. */
  readonly sleepers?: number;
}

/** What it saw. */
export interface LoadResult {
  readonly answered: number;
  readonly failed: number;
  /** Of the predictions, in ms. */
  readonly slowest: number;
  /** The first failures, in words. */
  readonly failures: readonly string[];
}

/**
 * Runs in a pod. Each request has a connection of its own, as requests of many clients have: a client that keeps
 * connections must be ready to send a request again when one has been closed under it.
 */
const client = `
const http = require('http');
const { host, port, seconds, connections, pause, sleepers } = JSON.parse(process.argv[1]);
const car = { mpg: 21, disp: 160, hp: 100, drat: 3.9, wt: 2.62, qsec: 16.46, vs: 0, am: 1, gear: 4, carb: 4 };
const body = JSON.stringify({ data: car });
const ask = (method, path, send) => new Promise((done) => {
  const headers = send ? { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(send) } : {};
  const request = http.request({ host, port, method, path, headers, agent: false, timeout: 30000 }, (response) => {
    let text = '';
    response.on('data', (piece) => { text += piece; });
    response.on('end', () => done(response.statusCode + ' ' + text));
    response.on('error', (error) => done('answer: ' + error.message));
  });
  request.on('timeout', () => request.destroy(new Error('no answer within 30 s')));
  request.on('error', (error) => done('error: ' + (error.code || '') + ' ' + error.message));
  request.end(send);
});
(async () => {
  const result = { answered: 0, failed: 0, slowest: 0, failures: [] };
  const check = (what, got, wanted) => {
    if (got === wanted) return void (result.answered += 1);
    result.failed += 1;
    if (result.failures.length < 10) result.failures.push(new Date().toISOString() + ' ' + what + ': ' + got.slice(0, 300));
  };
  console.log('started');
  check('GET /', await ask('GET', '/'), '200 ["The mtcars API is up"]');
  const asleep = Array.from({ length: sleepers || 0 }, async () => check('sleep', await ask('GET', '/asynchronousTest'), '200 ["OK"]'));
  if (asleep.length > 0) await new Promise((done) => setTimeout(done, 300));
  const end = Date.now() + seconds * 1000;
  await Promise.all(Array.from({ length: connections }, async () => {
    for (let count = 0; count < 100000 && Date.now() < end; count += 1) {
      const began = Date.now();
      check('prediction', await ask('POST', '/prediction', body), '200 ["6"]');
      result.slowest = Math.max(result.slowest, Date.now() - began);
      if (pause > 0) await new Promise((done) => setTimeout(done, pause));
    }
  }));
  await Promise.all(asleep);
  console.log(JSON.stringify(result));
})();
`;

/** A client that has begun to send. */
export interface RunningLoad {
  readonly node: string;
  /** When it has ended by itself. */
  result(): Promise<LoadResult>;
}

/** Starts a client in a pod of the app's image, which has Node; it asks the Service by its address. */
export async function startLoad(
  kubectl: Kubectl,
  image: string,
  service: string,
  load: Load,
): Promise<RunningLoad> {
  const { spec } = (await kubectl.find<LiveService>('service', service))!;
  const pod = `load-${Math.random().toString(36).slice(2, 8)}`;
  const input = JSON.stringify({ ...load, host: spec.clusterIP, port: spec.ports[0]!.port });
  await kubectl.must(['create', '--filename', '-'], JSON.stringify(clientPod(pod, image, input)));
  const started = await waitFor(kubectl, pod, 120, async (live) => {
    if (live.status?.phase === 'Pending') return undefined;
    const { stdout } = await kubectl.run(['logs', pod]);
    return stdout.includes('started') ? live : undefined;
  });
  return {
    node: started.spec?.nodeName ?? '',
    result: async () => {
      const ended = await waitFor(kubectl, pod, load.seconds + 120, ({ status }) =>
        status?.phase === 'Succeeded' || status?.phase === 'Failed' ? status.phase : undefined,
      );
      const text = await kubectl.must(['logs', pod]);
      const last = text.trim().split('\n').at(-1) ?? '';
      if (ended !== 'Succeeded' || !last.startsWith('{'))
        throw new Error(`The client failed: ${text.slice(-500)}`);
      await kubectl.run(['delete', 'pod', pod, '--wait=false']);
      return JSON.parse(last) as LoadResult;
    },
  };
}

async function waitFor<T>(
  kubectl: Kubectl,
  pod: string,
  seconds: number,
  look: (live: LivePod) => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const live = await kubectl.find<LivePod>('pod', pod);
    if (live === undefined) throw new Error(`The client's pod ${pod} is gone.`);
    const found = await look(live);
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      throw new Error(
        `The client's pod ${pod} is ${live.status?.phase} after ${seconds} s: ${JSON.stringify(live.status?.containerStatuses?.[0]?.state ?? live.status?.conditions)}`,
      );
    }
    await delay(1000);
  }
}

function clientPod(name: string, image: string, input: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'penstock-verify-load' } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'load',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', client, input],
          resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
}
