import type { ApiProxy } from './api-proxy.js';
import type { Kubectl } from './kubectl.js';
import { isReady, type LivePod } from './live-objects.js';
import { adminPort } from './resources/names.js';

/** What one pod reports about itself in its metrics, which need no token. */
export interface PodAnswer {
  /** The app's version. */
  readonly version: string | undefined;
  readonly workers: number;
  readonly running: number;
  readonly queued: number;
  /** Requests answered since the pod started, and those of them with a server error (5xx). */
  readonly answered: number;
  readonly failed: number;
}

/** How long one pod may take to answer. */
const ANSWER_MS = 5000;
/** Pods asked first, to find out whether the API server reaches the admin port at all. */
const FIRST = 3;

/**
 * Asks all pods, through the API server's proxy. If a network policy keeps it from the admin ports, one ready pod asks the
 * others.
 */
export async function askPods(
  kubectl: Kubectl,
  api: Pick<ApiProxy, 'get'>,
  pods: readonly LivePod[],
): Promise<ReadonlyMap<string, PodAnswer>> {
  const answers = new Map<string, PodAnswer>();
  const ask = async (pod: LivePod) => {
    const { name, namespace } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}:${adminPort}/proxy/metrics`;
    const metrics = await api.get(path, ANSWER_MS);
    if (metrics !== undefined) answers.set(name, readMetrics(metrics));
  };
  await Promise.all(pods.slice(0, FIRST).map(ask));
  // Each blocked pod would take the whole time-out.
  if (answers.size > 0) await Promise.all(pods.slice(FIRST).map(ask));
  const missing = pods.filter(({ metadata }) => !answers.has(metadata.name));
  for (const [name, metrics] of await askFromInside(kubectl, missing))
    answers.set(name, readMetrics(metrics));
  return answers;
}

async function askFromInside(kubectl: Kubectl, pods: readonly LivePod[]): Promise<[string, string][]> {
  const asking = pods.find(isReady);
  if (asking === undefined) return [];
  const targets = pods.flatMap(({ metadata, status }) =>
    status?.podIP ? [[metadata.name, status.podIP]] : [],
  );
  const { ok, stdout } = await kubectl.run(
    ['exec', asking.metadata.name, '--stdin', '--container', 'penstock', '--', 'node', '-e', insideProgram],
    JSON.stringify({ port: adminPort, pods: targets }),
  );
  return ok ? (JSON.parse(stdout) as [string, string][]) : [];
}

/** The metrics that are read, so that the answer of a thousand pods stays small. */
const used = '^penstock_(app_info|workers|running|queued|requests_total)[{ ]';

/** Reads the port and `[name, address][]`, and prints `[name, metrics][]` of the pods that answer. */
export const insideProgram = `
let input = '';
process.stdin.on('data', (text) => { input += text; }).on('end', async () => {
  const { port, pods: waiting } = JSON.parse(input);
  const found = [];
  const ask = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, address] = next;
      const url = 'http://' + (address.includes(':') ? '[' + address + ']' : address) + ':' + port + '/metrics';
      await fetch(url, { signal: AbortSignal.timeout(${ANSWER_MS}) })
        .then(async (answer) => {
          if (!answer.ok) return;
          const lines = (await answer.text()).split('\\n').filter((line) => /${used}/.test(line));
          found.push([name, lines.join('\\n')]);
        })
        .catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: 32 }, ask));
  console.log(JSON.stringify(found));
});`;

function readMetrics(text: string): PodAnswer {
  const answer = {
    version: undefined as string | undefined,
    workers: 0,
    running: 0,
    queued: 0,
    answered: 0,
    failed: 0,
  };
  for (const [, name, labels = '', number] of text.matchAll(/^penstock_(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    const count = Number(number);
    if (name === 'app_info') answer.version = /version="([^"]*)"/.exec(labels)?.[1];
    if (name === 'workers') answer.workers += count;
    if (name === 'running') answer.running = count;
    if (name === 'queued') answer.queued = count;
    if (name === 'requests_total') {
      answer.answered += count;
      if (/status="5/.test(labels)) answer.failed += count;
    }
  }
  return answer;
}
