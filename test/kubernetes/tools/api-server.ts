import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { parse } from 'yaml';
import { openApiV2 } from './openapi-v2.js';
import { type Any, Store } from './store.js';

/** The kinds that the server knows: group and version, kind, plural, and whether they are namespaced. */
const kinds: readonly (readonly [groupVersion: string, kind: string, plural: string, namespaced: boolean])[] =
  [
    ['v1', 'Pod', 'pods', true],
    ['v1', 'Service', 'services', true],
    ['v1', 'Secret', 'secrets', true],
    ['v1', 'ConfigMap', 'configmaps', true],
    ['v1', 'ServiceAccount', 'serviceaccounts', true],
    ['v1', 'Event', 'events', true],
    ['v1', 'Namespace', 'namespaces', false],
    ['v1', 'Node', 'nodes', false],
    ['apps/v1', 'Deployment', 'deployments', true],
    ['apps/v1', 'ReplicaSet', 'replicasets', true],
    ['autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', true],
    ['policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', true],
    ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', true],
    ['networking.k8s.io/v1', 'Ingress', 'ingresses', true],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes', true],
  ];

const kindOf = new Map(kinds.map(([, kind, plural]) => [plural, kind]));
const pathOf = (groupVersion: string) =>
  groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;
const versions = [...new Set(kinds.map(([groupVersion]) => groupVersion))];

/**
 * The part of the Kubernetes API that kubectl and our commands use, on a store with simulated controllers and kubelet.
 * It does not validate fields, so it accepts objects that a real server would reject.
 */
export class ApiServer {
  readonly store = new Store();
  /** `METHOD path` of each request that changed something. */
  readonly changes: string[] = [];
  /** Number of requests. */
  requests = 0;
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true });
  #url = '';

  async start(): Promise<string> {
    this.#server.on('upgrade', (request, socket, head) => this.#exec(request, socket as Socket, head));
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this.#url;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** The text of a kubeconfig with this server as its context. */
  kubeconfig(context = 'test'): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: context, cluster: { server: this.#url } }],
      users: [{ name: context, user: {} }],
      contexts: [{ name: context, context: { cluster: context, user: context, namespace: 'default' } }],
      'current-context': context,
    });
  }

  /** `kubectl exec`: output on channel 1, and the status on channel 3. */
  #exec(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url!, this.#url);
    const [, namespace = '', name = ''] = /namespaces\/([^/]+)\/pods\/([^/]+)\/exec$/.exec(pathname) ?? [];
    const ended = this.store.kubelet.exec(
      this.store.get('Pod', namespace, name),
      searchParams.getAll('command'),
    );
    this.store.settle();
    if (ended === undefined) return;
    const { code, stdout } = ended;
    const causes = [{ reason: 'ExitCode', message: String(code) }];
    const failed = { status: 'Failure', reason: 'NonZeroExitCode', details: { causes }, message: `${code}` };
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      client.send(Buffer.from(`\x01${stdout}`));
      client.send(Buffer.from(`\x03${JSON.stringify(code === 0 ? { status: 'Success' } : failed)}`));
      client.close();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    const url = new URL(request.url!, this.#url);
    const send = (status: number, body: unknown) => {
      const plain = typeof body === 'string';
      response.writeHead(status, { 'Content-Type': plain ? 'text/plain' : 'application/json' });
      response.end(plain ? body : JSON.stringify(body));
    };
    try {
      if (url.pathname === '/openapi/v2') {
        const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
        response.writeHead(200, { 'Content-Type': type });
        response.end(description());
        return;
      }
      if (url.pathname === '/apis/metrics.k8s.io/v1beta1/nodes' && this.store.kubelet.metrics)
        return send(200, { kind: 'NodeMetricsList', items: [{ usage: { cpu: '1' } }] });
      const found = discovery(url.pathname);
      if (found !== undefined) return send(200, found);
      this.#object(request, url, text === '' ? undefined : parse(text), send);
    } catch (error) {
      send(500, failure(500, (error as Error).stack ?? String(error)));
    }
  }

  #object(
    request: IncomingMessage,
    url: URL,
    body: Any,
    send: (status: number, body: unknown) => unknown,
  ): unknown {
    const path =
      /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/[^/]))?\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/;
    const [, namespace = '', plural = '', name, part] = path.exec(url.pathname) ?? [];
    const kind = kindOf.get(plural);
    const method = request.method!;
    if (kind === undefined)
      return send(404, failure(404, 'the server could not find the requested resource'));
    const dryRun = url.searchParams.has('dryRun');
    if (method !== 'GET' && !dryRun) this.changes.push(`${method} ${url.pathname}`);
    if (name !== undefined && plural === 'pods' && part !== undefined) {
      return this.#pod(this.store.get('Pod', namespace, name.split(':')[0]!), part, url, send);
    }
    if (method === 'GET' && name === undefined) {
      const [, node] = /^spec\.nodeName=(.*)$/.exec(url.searchParams.get('fieldSelector') ?? '') ?? [];
      const items = this.store
        .list(kind, namespace, url.searchParams.get('labelSelector') ?? '')
        .filter(({ spec }) => node === undefined || spec.nodeName === node);
      return send(200, {
        apiVersion: apiVersionOf(kind),
        kind: `${kind}List`,
        metadata: { resourceVersion: '1' },
        items,
      });
    }
    if (method === 'POST') {
      const made = { ...body, metadata: { ...body.metadata, ...(namespace !== '' && { namespace }) } };
      return send(201, dryRun ? made : this.store.put(made));
    }
    const live = this.store.get(kind, namespace, name!);
    const applied = /apply-patch/.test(request.headers['content-type'] ?? '');
    if (live === undefined && !applied) return send(404, failure(404, `${plural} "${name}" not found`));
    if (method === 'GET') return send(200, part === 'scale' ? scaleOf(live) : live);
    if (method === 'DELETE') {
      this.store.remove(live);
      return send(200, { apiVersion: 'v1', kind: 'Status', status: 'Success', details: { name } });
    }
    const next = applied
      ? this.store.applied(live, body, namespace, url.searchParams.get('fieldManager') ?? '')
      : this.store.patched(live, request.headers['content-type'] ?? '', body);
    const kept = dryRun ? next : this.store.put(next);
    return send(live === undefined ? 201 : 200, part === 'scale' ? scaleOf(kept) : kept);
  }

  #pod(pod: Any, part: string, url: URL, send: (status: number, body: unknown) => unknown): unknown {
    if (pod === undefined) return send(404, failure(404, 'pod not found'));
    if (part === 'log') {
      const log = this.store.kubelet.log(pod, url.searchParams.get('previous') === 'true');
      return log === undefined
        ? send(400, failure(400, 'previous terminated container "penstock" not found'))
        : send(200, log);
    }
    if (part === 'eviction') {
      this.store.remove(pod);
      return send(201, { apiVersion: 'v1', kind: 'Status', status: 'Success' });
    }
    const [, path] = /^proxy\/(.*)$/.exec(part) ?? [];
    const answer = path === undefined ? undefined : this.store.kubelet.admin(pod, path);
    return answer === undefined ? send(503, failure(503, 'no route to the pod')) : send(200, answer);
  }
}

/** The `/scale` subresource of a Deployment. */
function scaleOf({ metadata, spec, status }: Any): object {
  const { name, namespace, resourceVersion, uid } = metadata;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, resourceVersion, uid },
    spec: { replicas: spec.replicas },
    status: { replicas: status?.replicas ?? 0 },
  };
}

function apiVersionOf(kind: string): string {
  return kinds.find(([, known]) => known === kind)![0];
}

function failure(code: number, message: string): object {
  const reason = code === 404 ? 'NotFound' : 'InternalError';
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message };
}

/** The discovery endpoints, which a client reads first: versions, groups and kinds. */
function discovery(path: string): object | undefined {
  if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.0' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') {
    const groups = versions
      .filter((groupVersion) => groupVersion.includes('/'))
      .map((groupVersion) => {
        const [name, version] = groupVersion.split('/');
        return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
      });
    return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  }
  const listed = versions.find((groupVersion) => path === `/${pathOf(groupVersion)}`);
  return listed === undefined ? undefined : resourceList(listed);
}

function resourceList(groupVersion: string): object {
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
  const resources = kinds
    .filter(([known]) => known === groupVersion)
    .flatMap(([, kind, name, namespaced]) => [
      { name, singularName: kind.toLowerCase(), namespaced, kind, verbs },
      ...(name === 'deployments'
        ? [
            {
              name: 'deployments/scale',
              singularName: '',
              namespaced,
              group: 'autoscaling',
              version: 'v1',
              kind: 'Scale',
              verbs,
            },
          ]
        : []),
      ...(name === 'pods'
        ? [
            {
              name: 'pods/eviction',
              singularName: '',
              namespaced,
              group: 'policy',
              version: 'v1',
              kind: 'Eviction',
              verbs: ['create'],
            },
          ]
        : []),
    ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

function description(): Buffer {
  const described = kinds.map(([groupVersion, kind, plural]) => {
    const [group = '', version = ''] = groupVersion.includes('/')
      ? groupVersion.split('/')
      : ['', groupVersion];
    return { group, version, kind, path: `/${pathOf(groupVersion)}/${plural}/{name}` };
  });
  return openApiV2(described);
}
