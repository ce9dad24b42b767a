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

/** What is read off the gateway and its workers when it is scraped. */
export function registerLiveMetrics(registry: Registry, { status, workers }: Sources): void {
  const each = (value: (worker: WorkerView) => number | undefined): Sample[] =>
    workers.all.flatMap((worker) => {
      const known = value(worker);
      return known === undefined ? [] : [{ labels: { worker: worker.id }, value: known }];
    });
  const live: Live[] = [
    {
      name: 'penstock_worker_memory_bytes',
      help: 'Memory that each worker takes, pages that it shares with others included.',
      samples: async () => {
        await workers.weigh();
        return each(({ memory }) => memory);
      },
    },
    {
      name: 'penstock_worker_age_seconds',
      help: 'Time since the process of each worker was started.',
      samples: () => each(({ age }) => age),
    },
    {
      name: 'penstock_worker_requests',
      help: 'Requests that each worker has answered.',
      samples: () => each(({ requests }) => requests),
    },
    {
      name: 'penstock_worker_running_seconds',
      help: 'For how long each worker has been at what it runs; 0 for those that run nothing.',
      samples: () => each(({ since }) => (since ?? 0) / 1000),
    },
    {
      name: 'penstock_app_version',
      help: 'The number of the version of the app that serves, from 1, with the fingerprint of its files.',
      samples: () => {
        const { appVersion } = status();
        if (appVersion === undefined) return [];
        return [{ labels: { fingerprint: appVersion.fingerprint ?? '' }, value: appVersion.number }];
      },
    },
    {
      name: 'penstock_finishing_versions',
      help: 'Replaced versions of the app that still finish what they had.',
      samples: () => one(status().finishing.length),
    },
    {
      name: 'penstock_queue_limit',
      help: 'Requests that may wait.',
      samples: () => one(status().queueLimit),
    },
    {
      name: 'penstock_converting',
      help: 'Requests whose large body or value a thread is at.',
      samples: () => one(status().converting),
    },
    {
      name: 'penstock_cache_bytes',
      help: 'Memory that kept responses take.',
      samples: () => one(status().cache?.bytes),
    },
    {
      name: 'penstock_cache_entries',
      help: 'Responses that are kept.',
      samples: () => one(status().cache?.entries),
    },
    {
      name: 'penstock_gateway_busy_seconds_total',
      help: "Time in which the gateway's event loop was at work: its rate is the share of a CPU that is in use.",
      type: 'counter',
      samples: () => one(performance.eventLoopUtilization().active / 1000),
    },
  ];
  for (const { help, name, samples, type } of live)
    register(registry, { name, help, samples, type: type ?? 'gauge' });
}
