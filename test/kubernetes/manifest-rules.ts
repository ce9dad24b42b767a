/** Rules that a schema does not have: what the API server takes, but what would not work, or not well. */

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, read as far as each has it
type Any = any;

/** What is wrong with a set of objects; empty if nothing. */
export function brokenRules(objects: readonly Any[]): string[] {
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  return [
    ...deployments.flatMap(deploymentRules),
    ...objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler').flatMap(autoscalerRules),
    ...objects
      .filter(({ kind }) => kind === 'Service')
      .flatMap((service) => serviceRules(service, deployments)),
    ...referenceRules(objects),
  ];
}

function deploymentRules({ metadata, spec }: Any): string[] {
  const { metadata: podMetadata, spec: pod } = spec.template;
  const broken: string[] = [];
  const must = (holds: boolean, what: string) => holds || broken.push(`Deployment ${metadata.name}: ${what}`);
  must(covers(spec.selector.matchLabels, podMetadata.labels), 'its selector finds its own pods');
  must(pod.automountServiceAccountToken === false, 'pods get no token');
  must(pod.securityContext.runAsNonRoot === true, 'pods do not run as root');
  must(pod.securityContext.seccompProfile.type === 'RuntimeDefault', 'seccomp is on');
  must(spec.strategy.rollingUpdate.maxUnavailable === 0, 'an update takes no pod away first');
  for (const container of pod.containers) {
    const { capabilities, allowPrivilegeEscalation, readOnlyRootFilesystem } = container.securityContext;
    must(allowPrivilegeEscalation === false, 'no privilege escalation');
    must(readOnlyRootFilesystem === true, 'the root file system is read-only');
    must(capabilities.drop.includes('ALL') && capabilities.add === undefined, 'no capabilities');
    must(Boolean(container.resources.requests.cpu), 'CPU is requested');
    must(
      container.resources.limits.memory === container.resources.requests.memory,
      'memory is reserved whole',
    );
    const names = container.ports.map((port: Any) => port.name);
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      const handler = container[probe]?.httpGet;
      must(handler !== undefined && names.includes(handler.port), `${probe} asks a port that is there`);
    }
    const { requestSeconds, preStop } = shutdownOf(container);
    must(preStop >= 4, 'a pod that goes waits for the load balancers');
    must(
      pod.terminationGracePeriodSeconds >= preStop + requestSeconds + 10,
      'the grace period covers all of it',
    );
    for (const { name } of container.volumeMounts)
      must(
        pod.volumes.some((volume: Any) => volume.name === name),
        `the volume ${name} is there`,
      );
    const variables = container.env.map((variable: Any) => variable.name);
    must(new Set(variables).size === variables.length, 'each variable is set once');
  }
  return broken;
}

function shutdownOf(container: Any): { requestSeconds: number; preStop: number } {
  const timeout = container.env.find(({ name }: Any) => name === 'PENSTOCK_SHUTDOWN_TIMEOUT').value;
  return { requestSeconds: Number.parseInt(timeout, 10), preStop: container.lifecycle.preStop.sleep.seconds };
}

function autoscalerRules({ metadata, spec }: Any): string[] {
  return spec.minReplicas <= spec.maxReplicas ? [] : [`Autoscaler ${metadata.name}: min is over max`];
}

function serviceRules({ metadata, spec }: Any, deployments: readonly Any[]): string[] {
  const found = deployments.filter((deployment) =>
    covers(spec.selector, deployment.spec.template.metadata.labels),
  );
  if (found.length === 0) return [`Service ${metadata.name}: it selects no pods`];
  return found.flatMap((deployment) => {
    const ports = deployment.spec.template.spec.containers.flatMap((container: Any) => container.ports);
    const names = ports.flatMap((port: Any) => [port.name, port.containerPort]);
    return spec.ports
      .filter((port: Any) => !names.includes(port.targetPort))
      .map(
        (port: Any) => `Service ${metadata.name}: no port ${port.targetPort} in ${deployment.metadata.name}`,
      );
  });
}

/** What names another object names one that is there. */
function referenceRules(objects: readonly Any[]): string[] {
  const there = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const named = objects.flatMap(({ kind, spec }) => {
    if (kind === 'HTTPRoute') return spec.rules[0].backendRefs.map(({ name }: Any) => `Service/${name}`);
    return spec?.scaleTargetRef === undefined
      ? []
      : [`${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`];
  });
  return named.filter((name) => !there.has(name)).map((name) => `${name} is named but not there`);
}

function covers(selector: Any, labels: Any): boolean {
  return Object.entries(selector).every(([key, label]) => labels[key] === label);
}
