import type { Failures } from '../../observe/failures.js';
import { History, type HistoryPoint, historyFields, shortNumber } from '../../observe/history.js';
import type { LogTail } from '../../observe/log-tail.js';
import type { Metrics } from '../../observe/metrics.js';
import type { SlowRequests } from '../../observe/slow-requests.js';
import type { AdminReply, AdminServer } from '../admin-http.js';
import type { Status } from '../status.js';
import type { WorkerViews } from '../worker-views.js';
import { EventStream, eventText } from './event-stream.js';
import { filterFrom, watchLog } from './log-watch.js';
import { servePage } from './page.js';

/** The data that the dashboard shows. */
export interface DashboardSources {
  readonly metrics: Metrics;
  readonly failures: Failures;
  readonly slow: SlowRequests;
  readonly tail: LogTail;
  readonly workers: Pick<WorkerViews, 'all' | 'weigh'>;
  /** Whether the admin server requires signing in. */
  readonly signedIn: boolean;
  status(): Status;
}

const TICK_INTERVAL_MS = 1000;
/** Ticks between measurements of the workers' memory, while a browser is connected. */
const MEMORY_INTERVAL_TICKS = 5;
/** Limit of open event streams. Each browser has two. */
export const MAX_STREAMS = 40;

/** States of workers that are running a request. */
const BUSY_STATES = new Set(['busy', 'draining']);

/**
 * The operator's page, and the events that keep it up to date. It reads the metrics once a second, so requests cost the
 * same whether someone is watching or not.
 */
export class Dashboard {
  readonly #sources: DashboardSources;
  readonly #history: History;
  readonly #watching = new Set<EventStream>();
  /** Streams that missed an event, and get the full state next. */
  readonly #behind = new Set<EventStream>();
  #streams = 0;
  #ticks = 0;
  readonly #timer: NodeJS.Timeout;
  /** The last state of the lists that were sent, which seldom change. */
  #sent = { failures: 0, slow: 0, reloads: '' };

  constructor(sources: DashboardSources) {
    this.#sources = sources;
    this.#history = new History(sources.metrics);
    this.#timer = setInterval(() => this.#tick(), TICK_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Adds the dashboard's routes to a server. */
  serve(server: AdminServer): void {
    servePage(server);
    server.get('/dashboard/events', (_request, reply) => {
      const stream = this.#stream(reply);
      if (stream !== undefined) void this.#watch(stream);
    });
    server.get('/dashboard/log', (request, reply) => {
      const stream = this.#stream(reply);
      if (stream !== undefined) {
        watchLog(stream, this.#sources.tail, filterFrom(Object.fromEntries(request.query)));
      }
    });
  }

  #stream(reply: AdminReply): EventStream | undefined {
    if (this.#streams >= MAX_STREAMS) {
      reply
        .code(503)
        .header('Retry-After', '10')
        .send({ error: 'Too many open dashboards. Close one and try again.' });
      return undefined;
    }
    this.#streams += 1;
    reply.raw.once('close', () => {
      this.#streams -= 1;
    });
    return new EventStream(reply.raw);
  }

  async #watch(stream: EventStream): Promise<void> {
    let open = true;
    stream.onClose = () => {
      open = false;
      this.#watching.delete(stream);
      this.#behind.delete(stream);
    };
    await this.#sources.workers.weigh();
    if (!open) return;
    this.#sendAll(stream);
    this.#watching.add(stream);
  }

  #sendAll(stream: EventStream): void {
    const { failures, signedIn, slow, status } = this.#sources;
    const sent = stream.send('hello', {
      signedIn,
      history: this.#history.all,
      slowFrom: slow.threshold,
      now: this.#now(status()),
      failures: failures.groups,
      slow: slow.latest,
      reloads: status().reloads,
    });
    if (sent) this.#behind.delete(stream);
  }

  #tick(): void {
    this.#ticks += 1;
    const status = this.#sources.status();
    const workers = this.#sources.workers.all;
    const busy = workers.filter(({ state }) => BUSY_STATES.has(state)).length;
    const { queued, running } = status;
    const points = this.#history.sample({ queued, running, busy, workers: workers.length });
    if (this.#watching.size === 0) return;
    if (this.#ticks % MEMORY_INTERVAL_TICKS === 0) void this.#sources.workers.weigh();
    const text = eventText('tick', {
      points: points.map(({ point, step }) => ({ step, point: shortened(point) })),
      now: this.#now(status),
      ...this.#changes(status),
    });
    for (const stream of this.#watching) {
      if (this.#behind.has(stream)) this.#sendAll(stream);
      else if (!stream.sendText(text)) this.#behind.add(stream);
    }
  }

  #now({ reloads: _, workers: __, ...status }: Status): object {
    const { metrics, workers } = this.#sources;
    const { buckets, counts } = metrics.batchRequests;
    return {
      ...status,
      workers: workers.all,
      batches: { bounds: buckets, counts: [...counts] },
    };
  }

  /** The lists that changed since the last tick. */
  #changes({ reloads }: Status): object {
    const { failures, slow } = this.#sources;
    const current = { failures: failures.changes, slow: slow.count, reloads: reloads.at(-1)?.at ?? '' };
    const before = this.#sent;
    this.#sent = current;
    return {
      ...(current.failures !== before.failures && { failures: failures.groups }),
      ...(current.slow !== before.slow && { slow: slow.latest }),
      ...(current.reloads !== before.reloads && { reloads }),
    };
  }
}

function shortened(point: HistoryPoint): object {
  return Object.fromEntries(
    historyFields.map((field) => [field, field === 'at' ? point.at : shortNumber(point[field])]),
  );
}
