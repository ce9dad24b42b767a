import { residentMemory } from '../pool/resident-memory.js';
import type { Worker } from '../pool/worker.js';
import type { WorkerState } from '../pool/worker-state.js';
import { FrameType } from '../protocol/frame.js';
import type { ShownVersion } from './status.js';

/** A worker, as the dashboard and the metrics show it. */
export interface WorkerView {
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: WorkerState;
  /** The version of the app that it runs. */
  readonly version: number;
  /** Requests answered. */
  readonly requests: number;
  /** Requests that wait for a promise in it. */
  readonly open: number;
  /** Its open WebSockets. */
  readonly sockets: number;
  /** Seconds since the start of its process. */
  readonly age: number;
  /** Bytes; undefined if unknown, or not yet measured. */
  readonly memory: number | undefined;
  /** The task it is running: path, request id, number of requests, lane, and running time in ms. */
  readonly path?: string;
  readonly requestId?: string;
  readonly batch?: number;
  readonly lane?: string;
  readonly since?: number;
}

const MAX_PATH_LENGTH = 120;

const lanes: Partial<Record<FrameType, string>> = {
  [FrameType.request]: 'plumber',
  [FrameType.print]: 'plumber',
  [FrameType.call]: 'direct',
  [FrameType.batch]: 'direct',
  [FrameType.predict]: 'model',
};

/** The workers of all versions of the app, with their memory as last measured. */
export class WorkerViews {
  readonly #versions: () => readonly ShownVersion[];
  #memory = new Map<number, number>();

  constructor(versions: () => readonly ShownVersion[]) {
    this.#versions = versions;
  }

  /** Measures the memory of each worker. */
  async weigh(): Promise<void> {
    const memory = new Map<number, number>();
    const workers = this.#versions().flatMap(({ pool }) => pool.workers);
    await Promise.all(
      workers.map(async ({ id, pid }) => {
        const bytes = pid === undefined ? undefined : await residentMemory(pid);
        if (bytes !== undefined) memory.set(id, bytes);
      }),
    );
    this.#memory = memory;
  }

  get all(): WorkerView[] {
    const now = performance.now();
    const views = this.#versions().flatMap(({ number, pool }) =>
      pool.workers.map((worker) => this.#view(worker, number, now)),
    );
    return views.sort((a, b) => a.id - b.id);
  }

  #view(worker: Worker, version: number, now: number): WorkerView {
    const { id, journey, open, pid, requests, sockets, state, unit } = worker;
    const age = Math.round((now - journey.startedAt) / 1000);
    const memory = this.#memory.get(id);
    const view = { id, pid, state, version, requests, open, sockets: sockets.size, age, memory };
    if (unit === undefined) return view;
    const { label, size, startedAt, type, url } = unit;
    const query = url.indexOf('?');
    return {
      ...view,
      path: (query < 0 ? url : url.slice(0, query)).slice(0, MAX_PATH_LENGTH),
      requestId: label,
      batch: size,
      lane: lanes[type] ?? '',
      since: startedAt === undefined ? 0 : Math.round(now - startedAt),
    };
  }
}
