import type { Metric, Registry } from 'prom-client';

export interface Described {
  readonly name: string;
  readonly help: string;
}

/** One sample of a metric, in prom-client's form. */
export interface Sample {
  /** Only if it differs from the metric's name, as in `_bucket`. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export interface SampledMetric extends Described {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Called at each scrape. */
  samples(): Sample[] | Promise<Sample[]>;
}

/** Registers a metric that keeps its own counts. A registry uses only a metric's name and `get()`. */
export function register(registry: Registry, { help, name, samples, type }: SampledMetric): void {
  const metric = {
    name,
    help,
    type,
    get: async () => ({ name, help, type, values: await samples(), aggregator: 'sum' }),
  };
  registry.registerMetric(metric as unknown as Metric);
}
