import { residentMemory } from '../pool/resident-memory.js';
import type { Worker } from '../pool/worker.js';
import type { WorkerState } from '../pool/worker-state.js';
import { FrameType } from '../protocol/frame.js';
import type { ShownVersion } from './status.js';

/** What a worker is at. */
export interface WorkerView {
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: WorkerState;
  /** The version of the app that it has loaded. */
  readonly version: number;
  /** Requests answered. */
  readonly requests: number;
  /** Seconds since its process was started. */
  readonly age: number;
  /** Bytes; undefined where that is not known (yet). */
  readonly memory: number | undefined;
  /** What it runs at the moment, if anything: the path, its requests, the lane, and for how many ms. */
  readonly path?: string;
  readonly requestId?: string;
  readonly batch?: number;
  readonly lane?: string;
  readonly since?: number;
}

/** Characters of a path that are told. */
const MOST_PATH = 120;

const lanes: Partial<Record<FrameType, string>> = {
  [FrameType.request]: 'plumber',
  [FrameType.print]: 'plumber',
  [FrameType.call]: 'direct',
  [FrameType.batch]: 'direct',
  [FrameType.predict]: 'model',
};

/** The workers of all versions of the app, with their memory, which is asked for at intervals. */
export class WorkerViews {
  readonly #versions: () => readonly ShownVersion[];
  #memory = new Map<number, number>();

  constructor(versions: () => readonly ShownVersion[]) {
    this.#versions = versions;
  }

  /** Looks how much memory each worker takes. */
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

  #view({ id, journey, pid, requests, state, unit }: Worker, version: number, now: number): WorkerView {
    const age = Math.round((now - journey.startedAt) / 1000);
    const view = { id, pid, state, version, requests, age, memory: this.#memory.get(id) };
    if (unit === undefined) return view;
    const { label, size, startedAt, type, url } = unit;
    const query = url.indexOf('?');
    return {
      ...view,
      path: (query < 0 ? url : url.slice(0, query)).slice(0, MOST_PATH),
      requestId: label,
      batch: size,
      lane: lanes[type] ?? '',
      since: startedAt === undefined ? 0 : Math.round(now - startedAt),
    };
  }
}
