/** The members of objects in a cluster that Penstock reads. */

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly managedFields?: readonly { readonly manager: string; readonly fieldsV1?: unknown }[];
}

export interface LiveList<T> {
  readonly items: readonly T[];
}

interface LiveCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
}

export interface LiveDeployment {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly { readonly image: string }[] };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly LiveCondition[];
  };
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
  readonly running?: object;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface LivePod {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly {
      readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly LiveCondition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface LiveReplicaSet {
  readonly metadata: ObjectMeta;
}

export interface LiveService {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly type: string;
    readonly clusterIP: string;
    readonly ports: readonly { readonly port: number; readonly nodePort?: number }[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

export interface LiveAutoscaler {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly minReplicas?: number; readonly maxReplicas: number };
}

/** How often the container of Penstock was started again. Sidecars are not counted. */
export function restartsOf({ status }: LivePod): number {
  const [own] = status?.containerStatuses?.filter(({ name }) => name === 'penstock') ?? [];
  return own?.restartCount ?? 0;
}

export function isReady({ metadata, status }: LivePod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && metadata.deletionTimestamp === undefined;
}
