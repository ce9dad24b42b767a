/** All parameters of a deployment, in the shape of the chart's values. `value-table.ts` documents them and their bounds. */
export interface Values {
  /** The name of the Deployment and the prefix of all other objects. In Helm, the name of the release. */
  readonly name: string;
  /** Empty: objects get the namespace of the `kubectl` or `helm` that applies them. */
  readonly namespace: string;
  /** What applies the objects. In Helm, its release service. */
  readonly managedBy: string;
  /** Name and version of the chart; empty outside of Helm. */
  readonly chart: string;
  readonly fullnameOverride: string;
  readonly image: string;
  readonly imagePullPolicy: 'IfNotPresent' | 'Always' | 'Never';
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly version: string;
  readonly workers: string;
  readonly threads: number;
  readonly config: string;
  readonly env: readonly Variable[];
  readonly envFrom: readonly unknown[];
  readonly replicas: number;
  readonly autoscaling: {
    readonly by: 'none' | 'cpu' | 'keda' | 'external';
    readonly min: number;
    readonly max: number;
    readonly cpu: string;
    readonly demand: number;
  };
  readonly resources: { readonly cpu: string; readonly memory: string; readonly storage: string };
  readonly tmpSize: string;
  readonly shutdown: {
    readonly preStopSeconds: number;
    readonly requestSeconds: number;
    readonly graceSeconds: number;
  };
  readonly startupSeconds: number;
  readonly progressSeconds: number;
  readonly service: {
    readonly type: 'ClusterIP' | 'LoadBalancer' | 'NodePort';
    readonly port: number;
    readonly annotations: Strings;
    readonly loadBalancerClass: string;
  };
  readonly admin: { readonly secret: string; readonly key: string };
  readonly session: { readonly secret: string; readonly key: string; readonly variable: string };
  readonly serviceMonitor: {
    readonly enabled: boolean;
    readonly interval: string;
    readonly labels: Strings;
  };
  readonly ingress: {
    readonly enabled: boolean;
    readonly className: string;
    readonly annotations: Strings;
    readonly hosts: readonly IngressHost[];
    readonly tls: readonly unknown[];
  };
  readonly httpRoute: {
    readonly enabled: boolean;
    readonly annotations: Strings;
    readonly parentRefs: readonly object[];
    readonly hostnames: readonly string[];
    readonly matches: readonly object[];
    readonly timeouts: Strings;
  };
  readonly networkPolicy: {
    readonly enabled: boolean;
    readonly from: readonly unknown[];
    readonly monitoringNamespace: string;
    readonly adminFrom: readonly unknown[];
    readonly restrictEgress: boolean;
    readonly egress: readonly unknown[];
  };
  readonly kserve: { readonly enabled: boolean };
  readonly balancer: {
    readonly by: 'none' | 'haproxy' | 'istio' | 'envoy-gateway';
    readonly retries: number;
    readonly image: string;
    readonly replicas: number;
    readonly slots: number;
    readonly clusterDomain: string;
  };
  readonly canary: {
    readonly enabled: boolean;
    readonly image: string;
    readonly version: string;
    readonly replicas: number;
    readonly weight: number;
    readonly stableWeight: number;
  };
  readonly user: number;
  readonly serviceAccount: {
    readonly create: boolean;
    readonly name: string;
    readonly annotations: Strings;
    readonly automount: boolean;
  };
  readonly podAnnotations: Strings;
  readonly podLabels: Strings;
  readonly priorityClassName: string;
  readonly nodeSelector: Strings;
  readonly tolerations: readonly unknown[];
  readonly affinity: object;
  readonly topologySpreadConstraints: readonly unknown[];
  readonly volumes: readonly unknown[];
  readonly volumeMounts: readonly unknown[];
  readonly initContainers: readonly unknown[];
  readonly extraContainers: readonly unknown[];
}

type Strings = Readonly<Record<string, string>>;

/** A variable of the container, with a value or a source. */
interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

interface IngressHost {
  readonly host: string;
  readonly paths: readonly { readonly path: string; readonly pathType: string }[];
}

/** Maps with arbitrary keys are leaves. */
type PathsOf<T, Prefix extends string = ''> = {
  [K in keyof T & string]:
    | `${Prefix}${K}`
    | (T[K] extends readonly unknown[]
        ? never
        : T[K] extends object
          ? string extends keyof T[K]
            ? never
            : PathsOf<T[K], `${Prefix}${K}.`>
          : never);
}[keyof T & string];

/** A path such as `autoscaling.min`, checked by the compiler. */
export type ValuePath = PathsOf<Values>;

export function valueAt(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], values);
}

/** Time for stopping workers and for exit hooks after the last request. */
export const stopMarginSeconds = 10;

/** Invalid combinations of values. `helm` is the same condition for the chart. */
export const rules: readonly {
  readonly message: string;
  readonly broken: (values: Values) => boolean;
  readonly helm: string;
}[] = [
  {
    message: 'autoscaling.min is greater than autoscaling.max',
    broken: ({ autoscaling }) => autoscaling.min > autoscaling.max,
    helm: 'gt (int .Values.autoscaling.min) (int .Values.autoscaling.max)',
  },
  {
    message: `shutdown.graceSeconds is less than preStopSeconds + requestSeconds + ${stopMarginSeconds}: Kubernetes would kill running requests`,
    broken: ({ shutdown }) =>
      shutdown.graceSeconds < shutdown.preStopSeconds + shutdown.requestSeconds + stopMarginSeconds,
    helm: `lt (int .Values.shutdown.graceSeconds) (int (add .Values.shutdown.preStopSeconds .Values.shutdown.requestSeconds ${stopMarginSeconds}))`,
  },
  {
    message:
      'progressSeconds is not greater than startupSeconds: Kubernetes would give up a rollout whose pods are still loading the app',
    broken: ({ progressSeconds, startupSeconds }) => progressSeconds <= startupSeconds,
    helm: 'le (int .Values.progressSeconds) (int .Values.startupSeconds)',
  },
  {
    message: 'httpRoute.enabled requires httpRoute.hostnames and httpRoute.parentRefs',
    broken: ({ httpRoute }) =>
      httpRoute.enabled && (httpRoute.hostnames.length === 0 || httpRoute.parentRefs.length === 0),
    helm: 'and .Values.httpRoute.enabled (or (not .Values.httpRoute.hostnames) (not .Values.httpRoute.parentRefs))',
  },
  {
    message: 'ingress.enabled requires ingress.hosts',
    broken: ({ ingress }) => ingress.enabled && ingress.hosts.length === 0,
    helm: 'and .Values.ingress.enabled (not .Values.ingress.hosts)',
  },
  {
    message: 'networkPolicy.egress has no effect without networkPolicy.restrictEgress',
    broken: ({ networkPolicy }) => networkPolicy.egress.length > 0 && !networkPolicy.restrictEgress,
    helm: 'and .Values.networkPolicy.egress (not .Values.networkPolicy.restrictEgress)',
  },
  {
    message: 'balancer.slots is less than the number of pods: HAProxy would not use all of them',
    broken: ({ autoscaling, balancer, replicas }) =>
      balancer.by === 'haproxy' && balancer.slots < (autoscaling.by === 'none' ? replicas : autoscaling.max),
    helm: 'and (eq .Values.balancer.by "haproxy") (lt (int .Values.balancer.slots) (int (ternary .Values.replicas .Values.autoscaling.max (eq .Values.autoscaling.by "none"))))',
  },
  {
    message: 'balancer.by envoy-gateway requires an HTTPRoute (--http-route, or httpRoute.enabled)',
    broken: ({ balancer, httpRoute }) => balancer.by === 'envoy-gateway' && !httpRoute.enabled,
    helm: 'and (eq .Values.balancer.by "envoy-gateway") (not .Values.httpRoute.enabled)',
  },
  {
    // A pod lets a request wait that it has rejected before. During a rollout, there are a quarter more pods.
    message:
      'balancer.retries must be at least 1.25 times the number of pods with envoy-gateway, so that a request can wait if no pod has a free worker. For many pods, use haproxy',
    broken: ({ autoscaling, balancer, replicas }) =>
      balancer.by === 'envoy-gateway' &&
      4 * balancer.retries < 5 * (autoscaling.by === 'none' ? replicas : autoscaling.max),
    helm: 'and (eq .Values.balancer.by "envoy-gateway") (lt (mul 4 .Values.balancer.retries) (mul 5 (ternary .Values.replicas .Values.autoscaling.max (eq .Values.autoscaling.by "none"))))',
  },
  {
    message: 'canary.enabled requires canary.image',
    broken: ({ canary }) => canary.enabled && canary.image === '',
    helm: 'and .Values.canary.enabled (not .Values.canary.image)',
  },
];
