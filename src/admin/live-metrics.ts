import type { Registry } from 'prom-client';
import { register, type Sample } from '../observe/registered.js';
import type { Status } from './status.js';
import type { WorkerView, WorkerViews } from './worker-views.js';

interface Sources {
  readonly workers: WorkerViews;
  status(): Status;
}

interface Live {
  readonly name: string;
  readonly help: string;
  readonly type?: 'counter';
  samples(): Sample[] | Promise<Sample[]>;
}

const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ labels: {}, value }]);

/** Registers the metrics that are read from the gateway and its workers at each scrape. */
export function registerLiveMetrics(registry: Registry, { status, workers }: Sources): void {
  const each = (value: (worker: WorkerView) => number | undefined): Sample[] =>
    workers.all.flatMap((worker) => {
      const known = value(worker);
      return known === undefined ? [] : [{ labels: { worker: worker.id }, value: known }];
    });
  const live: Live[] = [
    {
      name: 'penstock_worker_memory_bytes',
      help: 'Resident memory of each worker, including pages that it shares with other workers.',
      samples: async () => {
        await workers.weigh();
        return each(({ memory }) => memory);
      },
    },
    {
      name: 'penstock_worker_age_seconds',
      help: 'Time since the worker process started.',
      samples: () => each(({ age }) => age),
    },
    {
      name: 'penstock_worker_requests_total',
      help: 'Requests answered by each worker.',
      type: 'counter',
      samples: () => each(({ requests }) => requests),
    },
    {
      name: 'penstock_worker_open',
      help: 'Requests that wait for a promise in each worker.',
      samples: () => each(({ open }) => open),
    },
    {
      name: 'penstock_worker_websockets',
      help: 'Open WebSockets of each worker.',
      samples: () => each(({ sockets }) => sockets),
    },
    {
      name: 'penstock_worker_running_seconds',
      help: 'How long each worker has been running its current request or batch; 0 if idle.',
      samples: () => each(({ since }) => (since ?? 0) / 1000),
    },
    {
      name: 'penstock_app_version',
      help: 'Number of the app version that is serving, counted from 1; the label is the fingerprint of its files.',
      samples: () => {
        const { appVersion } = status();
        if (appVersion === undefined) return [];
        return [{ labels: { fingerprint: appVersion.fingerprint ?? '' }, value: appVersion.number }];
      },
    },
    {
      name: 'penstock_finishing_versions',
      help: 'Replaced app versions that are still finishing requests.',
      samples: () => one(status().finishing.length),
    },
    {
      name: 'penstock_failed_starts',
      help: 'Failed attempts in a row to start workers; 0 after one that succeeded. From 3 on, requests that no worker can take are rejected.',
      samples: () => one(status().starts?.failures),
    },
    {
      name: 'penstock_queue_limit',
      help: 'Maximum number of waiting requests.',
      samples: () => one(status().queueLimit),
    },
    {
      name: 'penstock_longest_wait_seconds',
      help: 'How long the oldest request in the queue has waited.',
      samples: () => one(status().longestWaitMs / 1000),
    },
    {
      name: 'penstock_expected_wait_seconds',
      help: 'How long a new request is expected to wait for a worker.',
      samples: () => one(status().expectedWaitMs / 1000),
    },
    {
      name: 'penstock_demand_workers',
      help: 'Workers that the running and waiting requests could use, so that none waits longer than a second.',
      samples: () => one(status().demand),
    },
    {
      name: 'penstock_converting',
      help: 'Requests whose large body or value is being converted in a separate thread.',
      samples: () => one(status().converting),
    },
    {
      name: 'penstock_cache_bytes',
      help: 'Memory used by cached responses.',
      samples: () => one(status().cache?.bytes),
    },
    {
      name: 'penstock_cache_entries',
      help: 'Cached responses.',
      samples: () => one(status().cache?.entries),
    },
    {
      name: 'penstock_gateway_busy_seconds_total',
      help: "Time the gateway's event loop was busy. Its rate is the share of one CPU in use.",
      type: 'counter',
      samples: () => one(performance.eventLoopUtilization().active / 1000),
    },
  ];
  for (const { help, name, samples, type } of live)
    register(registry, { name, help, samples, type: type ?? 'gauge' });
}
