import type { Metric, Registry } from 'prom-client';

export interface Described {
  readonly name: string;
  readonly help: string;
}

/** One line of a metric, as prom-client writes it. */
export interface Sample {
  /** Where it is not the metric's own. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export interface SampledMetric extends Described {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Asked when it is scraped. */
  samples(): Sample[] | Promise<Sample[]>;
}

/** Adds a metric that counts by itself to a registry, which needs nothing of one but its name and `get()`. */
export function register(registry: Registry, { help, name, samples, type }: SampledMetric): void {
  const metric = {
    name,
    help,
    type,
    get: async () => ({ name, help, type, values: await samples(), aggregator: 'sum' }),
  };
  registry.registerMetric(metric as unknown as Metric);
}
