/** All parameters of a deployment. `value-table.ts` documents them and their bounds. */
export interface Values {
  /** The name of the Deployment and the prefix of all other objects. In Helm, the name of the release. */
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: 'IfNotPresent' | 'Always' | 'Never';
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly version: string;
  readonly workers: string;
  readonly replicas: number;
  readonly autoscaling: {
    readonly by: 'none' | 'cpu' | 'keda';
    readonly min: number;
    readonly max: number;
    readonly cpu: number;
    readonly demand: number;
  };
  readonly resources: { readonly cpu: string; readonly memory: string };
  readonly shutdown: {
    readonly preStopSeconds: number;
    readonly requestSeconds: number;
    readonly graceSeconds: number;
  };
  readonly startupSeconds: number;
  readonly service: { readonly type: 'ClusterIP' | 'LoadBalancer' | 'NodePort'; readonly port: number };
  readonly session: { readonly secret: string; readonly key: string; readonly variable: string };
  readonly serviceMonitor: { readonly enabled: boolean; readonly interval: string };
  readonly httpRoute: {
    readonly enabled: boolean;
    readonly host: string;
    readonly gateway: string;
    readonly gatewayNamespace: string;
  };
  readonly networkPolicy: {
    readonly enabled: boolean;
    readonly monitoringNamespace: string;
    readonly egress: readonly unknown[];
  };
  readonly kserve: { readonly enabled: boolean };
  readonly canary: {
    readonly enabled: boolean;
    readonly image: string;
    readonly version: string;
    readonly replicas: number;
    readonly weight: number;
    readonly stableWeight: number;
  };
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly unknown[];
}

type PathsOf<T, Prefix extends string = ''> = {
  [K in keyof T & string]:
    | `${Prefix}${K}`
    | (T[K] extends readonly unknown[]
        ? never
        : T[K] extends object
          ? PathsOf<T[K], `${Prefix}${K}.`>
          : never);
}[keyof T & string];

/** A path such as `autoscaling.min`, checked by the compiler. */
export type ValuePath = PathsOf<Values>;

export function valueAt(values: Values, path: string): unknown {
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
    message: 'httpRoute.enabled requires httpRoute.host and httpRoute.gateway',
    broken: ({ httpRoute }) => httpRoute.enabled && (httpRoute.host === '' || httpRoute.gateway === ''),
    helm: 'and .Values.httpRoute.enabled (or (not .Values.httpRoute.host) (not .Values.httpRoute.gateway))',
  },
  {
    message: 'canary.enabled requires canary.image',
    broken: ({ canary }) => canary.enabled && canary.image === '',
    helm: 'and .Values.canary.enabled (not .Values.canary.image)',
  },
];
