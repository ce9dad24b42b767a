import { createHash } from 'node:crypto';

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
export type Any = any;

/** How pods behave. A test replaces the members that it wants to change. */
export interface Kubelet {
  /** The status of a pod from now on. */
  status(pod: Any): Any;
  /** Undefined if there is no such container. */
  log(pod: Any, previous: boolean): string | undefined;
  /** The response of the admin port; undefined if it cannot be reached. */
  admin(pod: Any, path: string): string | undefined;
  /** The output and exit code of a program that runs in a pod; undefined if it never ends. */
  exec(pod: Any, command: readonly string[]): { readonly stdout: string; readonly code: number } | undefined;
  /** Whether autoscalers have metrics. If so, they consider all pods busy once a client sends requests. */
  readonly metrics: boolean;
}

const ready = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [{ name: 'penstock', ready: true, restartCount: 0, state: { running: {} } }],
};

/** The objects of a cluster, with controllers for Deployments and ReplicaSets that act on every change at once. */
export class Store {
  kubelet: Kubelet = {
    status: () => ready,
    log: () => '',
    admin: () => undefined,
    exec: () => ({ stdout: '', code: 1 }),
    metrics: false,
  };
  readonly #objects = new Map<string, Any>();
  #counter = 0;

  list(kind: string, namespace: string, selector: string): Any[] {
    const wanted = selector.split(',').filter((term) => term !== '');
    return [...this.#objects.values()].filter(
      ({ kind: own, metadata }) =>
        own === kind &&
        (namespace === '' || metadata.namespace === namespace) &&
        wanted.every((term) => {
          const [key = '', value] = term.split('=');
          return metadata.labels?.[key] === value;
        }),
    );
  }

  get(kind: string, namespace: string, name: string): Any {
    return this.#objects.get(`${kind}/${namespace}/${name}`);
  }

  /** Stores the object with the metadata that a server adds, and runs the controllers. */
  put(object: Any): Any {
    const { namespace = '', name } = object.metadata;
    const key = `${object.kind}/${namespace}/${name}`;
    const before = this.#objects.get(key);
    const changed = JSON.stringify(before?.spec) !== JSON.stringify(object.spec);
    this.#counter += 1;
    const kept = structuredClone(object);
    kept.metadata = {
      ...kept.metadata,
      uid: before?.metadata.uid ?? `uid-${this.#counter}`,
      resourceVersion: String(this.#counter),
      creationTimestamp: before?.metadata.creationTimestamp ?? '2030-01-01T00:00:00Z',
      generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0),
    };
    if (kept.kind === 'Deployment') kept.spec.replicas ??= 1;
    if (kept.kind === 'Service' && kept.spec.clusterIP === undefined) kept.spec.clusterIP = '10.96.0.10';
    this.#objects.set(key, kept);
    if (kept.kind === 'HorizontalPodAutoscaler') this.#autoscale(kept, false);
    // A pod without an owner is a client.
    const isClient = this.kubelet.metrics && kept.kind === 'Pod';
    if (isClient) for (const scaler of this.#of('HorizontalPodAutoscaler')) this.#autoscale(scaler, true);
    this.settle();
    return this.#objects.get(key);
  }

  /** Removes an object and everything that it owns. */
  remove({ kind, metadata }: Any): void {
    this.#objects.delete(`${kind}/${metadata.namespace ?? ''}/${metadata.name}`);
    for (const object of [...this.#objects.values()]) {
      const owned = object.metadata.ownerReferences?.some(({ uid }: Any) => uid === metadata.uid);
      const inside = kind === 'Namespace' && object.metadata.namespace === metadata.name;
      if (owned || inside) this.remove(object);
    }
    if (kind === 'Pod') this.settle();
  }

  /**
   * Server-side apply, as far as it concerns the number of pods: a value that a manager set before and now leaves out
   * is removed, unless another manager has set it too.
   */
  applied(live: Any, body: Any, namespace: string, manager: string): Any {
    const before: Any[] = live?.metadata.managedFields ?? [];
    const merged = merge(structuredClone(live ?? {}), body);
    const setsReplicas = body.spec?.replicas !== undefined;
    const others = before.filter((fields) => fields.manager !== manager);
    const releases = before.some((fields) => fields.manager === manager && owns(fields)) && !setsReplicas;
    if (releases && !others.some(owns)) delete merged.spec.replicas;
    if (body.spec?.template !== undefined) merged.spec.template = body.spec.template;
    // Forced: a manager that changes a value becomes its only owner.
    const agreeing =
      setsReplicas && live?.spec.replicas !== body.spec.replicas
        ? others.filter((one) => !owns(one))
        : others;
    const fieldsV1 = { 'f:spec': setsReplicas ? { 'f:replicas': {} } : {} };
    merged.metadata = {
      ...merged.metadata,
      ...(namespace !== '' && { namespace }),
      managedFields: [...agreeing, { manager, operation: 'Apply', fieldsV1 }],
    };
    return merged;
  }

  /** A patch that changes the number of pods takes it from the managers that owned it. */
  patched(live: Any, type: string, body: Any): Any {
    const next = structuredClone(live);
    if (type.includes('json-patch')) {
      for (const { op, path, value } of body) patchAt(next, path, op === 'remove' ? undefined : value);
      return next;
    }
    const merged = merge(next, body);
    if (merged.spec?.replicas !== live.spec?.replicas) {
      merged.metadata.managedFields = merged.metadata.managedFields?.filter((one: Any) => !owns(one));
    }
    return merged;
  }

  /** Runs the controllers and the kubelet. */
  settle(): void {
    for (const deployment of this.#of('Deployment')) this.#roll(deployment);
    for (const pod of this.#of('Pod')) pod.status = this.kubelet.status(pod);
    for (const deployment of this.#of('Deployment')) this.#report(deployment);
  }

  #of(kind: string): Any[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }

  #autoscale({ metadata, spec }: Any, busy: boolean): void {
    const target = this.get('Deployment', metadata.namespace, spec.scaleTargetRef.name);
    if (target === undefined) return;
    const minimum = busy ? spec.maxReplicas : spec.minReplicas;
    const replicas = Math.min(spec.maxReplicas, Math.max(minimum, target.spec.replicas));
    this.put(this.patched(target, 'merge', { spec: { replicas } }));
  }

  /** Rolls out as with maxSurge 1 and maxUnavailable 0: removes old pods only when the new ones are ready. */
  #roll(deployment: Any): void {
    const { metadata, spec } = deployment;
    const hash = createHash('sha256').update(JSON.stringify(spec.template)).digest('hex').slice(0, 8);
    const owner = [
      { apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name, uid: metadata.uid, controller: true },
    ];
    const labels = { ...spec.template.metadata.labels, 'pod-template-hash': hash };
    const name = `${metadata.name}-${hash}`;
    const sets = this.#of('ReplicaSet').filter((set) => set.metadata.ownerReferences[0].uid === metadata.uid);
    const revision = (set: Any) => Number(set.metadata.annotations['deployment.kubernetes.io/revision']);
    const newest = Math.max(0, ...sets.map(revision));
    let set = sets.find((one) => one.metadata.name === name);
    if (set === undefined || revision(set) < newest) {
      const annotations = { 'deployment.kubernetes.io/revision': String(newest + 1) };
      const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
      const made = {
        name,
        namespace: metadata.namespace,
        labels,
        annotations,
        ownerReferences: owner,
        uid: `set-${hash}`,
      };
      set = {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: made,
        spec: { replicas: 0, selector: { matchLabels: labels }, template },
      };
      this.#objects.set(`ReplicaSet/${metadata.namespace}/${name}`, set);
      metadata.annotations = { ...metadata.annotations, ...annotations };
    }
    const pods = (of: Any) =>
      this.#of('Pod').filter((pod) => pod.metadata.ownerReferences?.[0].uid === of.metadata.uid);
    const isReady = (pod: Any) =>
      this.kubelet.status(pod).conditions?.some((one: Any) => one.type === 'Ready' && one.status === 'True');
    // The set of an earlier template has a new object by now.
    const old = sets.filter(({ metadata: { uid } }) => uid !== set.metadata.uid).flatMap(pods);
    while (pods(set).length < spec.replicas && (old.length === 0 || pods(set).every(isReady)))
      this.#startPod(set, metadata.namespace);
    if (pods(set).length >= spec.replicas && pods(set).every(isReady))
      for (const pod of old) this.#removePod(pod);
    for (const pod of pods(set).slice(spec.replicas)) this.#removePod(pod);
  }

  #startPod({ metadata, spec }: Any, namespace: string): void {
    this.#counter += 1;
    const nodeName = this.#freestNode(metadata.uid);
    const name = `${metadata.name}-${this.#counter}`;
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: metadata.name,
      uid: metadata.uid,
      controller: true,
    };
    const made = {
      name,
      namespace,
      labels: metadata.labels,
      ownerReferences: [owner],
      uid: `pod-${this.#counter}`,
    };
    this.#objects.set(`Pod/${namespace}/${name}`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...made,
        resourceVersion: String(this.#counter),
        creationTimestamp: '2030-01-01T00:00:00Z',
      },
      spec: { ...spec.template.spec, nodeName },
    });
  }

  /** The node with the fewest pods of the ReplicaSet, as topology spread constraints want it. */
  #freestNode(owner: string): string {
    const pods = this.#of('Pod').filter((pod) => pod.metadata.ownerReferences?.[0].uid === owner);
    const nodes = this.#of('Node')
      .filter((node) => node.spec.unschedulable !== true)
      .map(({ metadata: { name } }) => ({
        name,
        pods: pods.filter(({ spec }) => spec.nodeName === name).length,
      }));
    return nodes.sort((one, other) => one.pods - other.pods)[0]?.name ?? 'node-1';
  }

  #removePod({ metadata }: Any): void {
    this.#objects.delete(`Pod/${metadata.namespace}/${metadata.name}`);
  }

  #report(deployment: Any): void {
    const { metadata, spec } = deployment;
    const sets = this.#of('ReplicaSet').filter((set) => set.metadata.ownerReferences[0].uid === metadata.uid);
    const current = metadata.annotations?.['deployment.kubernetes.io/revision'];
    const pods = this.#of('Pod').filter((pod) =>
      sets.some((set) => set.metadata.uid === pod.metadata.ownerReferences?.[0].uid),
    );
    const newest = sets.find(
      (set) => set.metadata.annotations['deployment.kubernetes.io/revision'] === current,
    );
    const updated = pods.filter((pod) => pod.metadata.ownerReferences[0].uid === newest?.metadata.uid);
    const readyPods = pods.filter((pod) =>
      pod.status?.conditions?.some((one: Any) => one.type === 'Ready' && one.status === 'True'),
    );
    deployment.status = {
      observedGeneration: metadata.generation,
      replicas: pods.length,
      updatedReplicas: updated.length,
      readyReplicas: readyPods.length,
      availableReplicas: readyPods.length,
      unavailableReplicas: Math.max(0, spec.replicas - readyPods.length),
    };
  }
}

function owns({ fieldsV1 }: Any): boolean {
  return JSON.stringify(fieldsV1).includes('f:replicas');
}

/** RFC 6902, for objects only. */
function patchAt(object: Any, path: string, value: Any): void {
  const keys = path.split('/').slice(1);
  const names = keys.map((key) => key.replaceAll('~1', '/'));
  const last = names.pop()!;
  let at = object;
  for (const name of names) {
    at[name] ??= {};
    at = at[name];
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
}

/** RFC 7396: null removes a member, and a list replaces the old one. */
function merge(into: Any, from: Any): Any {
  if (typeof from !== 'object' || from === null || Array.isArray(from)) return from;
  const result = typeof into === 'object' && into !== null && !Array.isArray(into) ? { ...into } : {};
  for (const [key, value] of Object.entries(from)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
