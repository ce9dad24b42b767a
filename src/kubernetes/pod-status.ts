import type { Kubectl } from './kubectl.js';
import type { LivePod } from './live-objects.js';
import { adminPort } from './resources/names.js';

/** The members of `GET /status` that are used here. */
interface PodStatus {
  readonly state: string;
  readonly release?: string;
  readonly running: number;
  readonly queued: number;
  readonly workers: readonly unknown[];
}

/** What one pod reports about itself. */
export interface PodAnswer {
  readonly status: PodStatus;
  /** Requests answered since the pod started, and those of them with a server error (5xx). */
  readonly answered: number;
  readonly failed: number;
}

/** Returns undefined if the pod cannot be reached. */
export async function askPod(kubectl: Kubectl, pod: LivePod): Promise<PodAnswer | undefined> {
  const [status, metrics] = await Promise.all([
    askAdmin(kubectl, pod, 'status'),
    askAdmin(kubectl, pod, 'metrics'),
  ]);
  if (status === undefined || metrics === undefined) return undefined;
  return { status: JSON.parse(status) as PodStatus, ...countRequests(metrics) };
}

/** Asks through the API server's proxy. If a network policy or a token prevents this, asks from inside the pod. */
async function askAdmin(kubectl: Kubectl, { metadata }: LivePod, path: string): Promise<string | undefined> {
  const { name, namespace } = metadata;
  const url = `/api/v1/namespaces/${namespace}/pods/${name}:${adminPort}/proxy/${path}`;
  const proxied = await kubectl.run(['get', '--raw', url, '--request-timeout=5s']);
  if (proxied.ok) return proxied.stdout;
  const inside = await kubectl.run([
    ...['exec', name, '--container', 'penstock', '--', 'node', '-e', insideScript],
    `http://127.0.0.1:${adminPort}/${path}`,
  ]);
  return inside.ok ? inside.stdout : undefined;
}

/** Sends the admin token, if the pod has one. */
const insideScript = `
const token = process.env.PENSTOCK_ADMIN_TOKEN;
fetch(process.argv[1], { headers: token ? { authorization: 'Bearer ' + token } : {} }).then(async (answer) => {
  if (!answer.ok) process.exit(1);
  console.log(await answer.text());
});`;

function countRequests(metrics: string): { answered: number; failed: number } {
  let answered = 0;
  let failed = 0;
  for (const [, labels = '', count] of metrics.matchAll(/^penstock_requests_total\{(.*)\} (\S+)$/gm)) {
    answered += Number(count);
    if (/status="5/.test(labels)) failed += Number(count);
  }
  return { answered, failed };
}
