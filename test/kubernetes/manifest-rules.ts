/** Rules beyond the schemas, for objects that the API server accepts but that would not work well. */

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
type Any = any;

/** The rules that a set of objects breaks; empty if it breaks none. */
export function brokenRules(objects: readonly Any[]): string[] {
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  return [
    ...deployments.flatMap((deployment) => deploymentRules(deployment, requestSecondsOf(deployments))),
    ...objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler').flatMap(autoscalerRules),
    ...objects
      .filter(({ kind }) => kind === 'Service')
      .flatMap((service) => serviceRules(service, deployments)),
    ...objects
      .filter(({ kind }) => kind === 'PodDisruptionBudget' || kind === 'NetworkPolicy')
      .flatMap((object) => selectionRules(object, deployments)),
    ...referenceRules(objects),
  ];
}

function deploymentRules({ metadata, spec }: Any, requestSeconds: number): string[] {
  const { metadata: podMetadata, spec: pod } = spec.template;
  const broken: string[] = [];
  const must = (holds: boolean, what: string) =>
    holds || broken.push(`Deployment ${metadata.name} breaks the rule: ${what}`);
  must(covers(spec.selector.matchLabels, podMetadata.labels), 'its selector finds its own pods');
  must(pod.automountServiceAccountToken === false, 'pods get no service account token');
  must(pod.securityContext.runAsNonRoot === true, 'pods do not run as root');
  must(
    pod.securityContext.seccompProfile.type === 'RuntimeDefault',
    "seccomp uses the runtime's default profile",
  );
  must(
    spec.strategy.rollingUpdate.maxUnavailable === 0,
    'an update starts a new pod before it stops an old one',
  );
  must(pod.topologySpreadConstraints.length > 0, 'pods are spread');
  // The user answers for other containers.
  for (const container of pod.containers.slice(0, 1)) {
    const { capabilities, allowPrivilegeEscalation, readOnlyRootFilesystem } = container.securityContext;
    must(allowPrivilegeEscalation === false, 'no privilege escalation');
    must(readOnlyRootFilesystem === true, 'the root file system is read-only');
    must(capabilities.drop.includes('ALL') && capabilities.add === undefined, 'no capabilities');
    must(Boolean(container.resources.requests.cpu), 'CPU is requested');
    must(
      container.resources.limits.memory === container.resources.requests.memory,
      'the memory request equals the limit',
    );
    must(Boolean(container.resources.limits['ephemeral-storage']), 'ephemeral storage has a limit');
    must(/:(?!latest$)[^/:]+$/.test(container.image), 'the image has a tag other than latest');
    const names = container.ports.map((port: Any) => port.name);
    // HAProxy starts at once.
    const startup = container.name === 'penstock' ? ['startupProbe'] : [];
    for (const probe of [...startup, 'readinessProbe', 'livenessProbe']) {
      const handler = container[probe]?.httpGet ?? container[probe]?.tcpSocket;
      must(handler !== undefined && names.includes(handler.port), `${probe} uses a port of the container`);
    }
    must(
      container.readinessProbe.httpGet?.path !== container.livenessProbe?.httpGet?.path,
      'a pod that is not ready is not restarted',
    );
    const preStop = container.lifecycle.preStop.sleep.seconds;
    must(preStop >= 4, 'a stopping pod waits for the load balancers');
    must(
      pod.terminationGracePeriodSeconds >= preStop + requestSeconds + 10,
      'the grace period covers preStop, requests and shutdown',
    );
    for (const { name } of container.volumeMounts)
      must(
        pod.volumes.some((volume: Any) => volume.name === name),
        `the volume ${name} exists`,
      );
    const variables = container.env.map((variable: Any) => variable.name);
    must(new Set(variables).size === variables.length, 'each variable is set once');
  }
  return broken;
}

/** How long running requests may take, which a balancer in front of the app must allow too. */
function requestSecondsOf(deployments: readonly Any[]): number {
  const variables = deployments.flatMap(({ spec }) => spec.template.spec.containers[0].env);
  return Number.parseInt(variables.find(({ name }) => name === 'PENSTOCK_SHUTDOWN_TIMEOUT').value, 10);
}

function autoscalerRules({ metadata, spec }: Any): string[] {
  return spec.minReplicas <= spec.maxReplicas ? [] : [`Autoscaler ${metadata.name}: min is over max`];
}

function serviceRules({ metadata, spec }: Any, deployments: readonly Any[]): string[] {
  const found = deployments.filter((deployment) =>
    covers(spec.selector, deployment.spec.template.metadata.labels),
  );
  if (found.length === 0) return [`Service ${metadata.name}: selects no pods`];
  return found.flatMap((deployment) => {
    const ports = deployment.spec.template.spec.containers.flatMap((container: Any) => container.ports ?? []);
    const names = ports.flatMap((port: Any) => [port.name, port.containerPort]);
    return spec.ports
      .filter((port: Any) => !names.includes(port.targetPort))
      .map(
        (port: Any) => `Service ${metadata.name}: no port ${port.targetPort} in ${deployment.metadata.name}`,
      );
  });
}

/** A budget or policy that selects no pods is accepted, and has no effect. */
function selectionRules({ kind, metadata, spec }: Any, deployments: readonly Any[]): string[] {
  const { matchLabels } = spec.selector ?? spec.podSelector;
  const component = 'app.kubernetes.io/component';
  const own = deployments.filter(
    ({ spec: { template } }) => template.metadata.labels[component] === matchLabels[component],
  );
  return own.length > 0 &&
    own.every(({ spec: { template } }) => covers(matchLabels, template.metadata.labels))
    ? []
    : [`${kind} ${metadata.name}: does not select all pods`];
}

/** References to objects that do not exist. */
function referenceRules(objects: readonly Any[]): string[] {
  const existing = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const referenced = objects.flatMap(({ kind, spec }) => {
    if (kind === 'HTTPRoute') return spec.rules[0].backendRefs.map(({ name }: Any) => `Service/${name}`);
    if (kind === 'Ingress')
      return spec.rules.flatMap(({ http }: Any) =>
        http.paths.map(({ backend }: Any) => `Service/${backend.service.name}`),
      );
    if (kind === 'Deployment') return podReferences(spec.template.spec);
    return spec?.scaleTargetRef === undefined
      ? []
      : [`${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`];
  });
  return referenced
    .filter((name) => !existing.has(name))
    .map((name) => `${name} is referenced but does not exist`);
}

/** ConfigMaps and identities that the pods need. Secrets are made elsewhere. */
function podReferences({ serviceAccountName, volumes }: Any): string[] {
  const maps = volumes.flatMap(({ configMap }: Any) => (configMap ? [`ConfigMap/${configMap.name}`] : []));
  return serviceAccountName === undefined ? maps : [...maps, `ServiceAccount/${serviceAccountName}`];
}

function covers(selector: Any, labels: Any): boolean {
  return Object.entries(selector).every(([key, label]) => labels[key] === label);
}
