import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Failures } from '../../observe/failures.js';
import { History, type HistoryPoint, historyFields, shortNumber } from '../../observe/history.js';
import type { LogTail } from '../../observe/log-tail.js';
import type { Metrics } from '../../observe/metrics.js';
import type { SlowRequests } from '../../observe/slow-requests.js';
import type { Status } from '../status.js';
import type { WorkerViews } from '../worker-views.js';
import { EventStream, eventText } from './event-stream.js';
import { filterFrom, watchLog } from './log-watch.js';
import { servePage } from './page.js';

/** What the dashboard shows. */
export interface DashboardSources {
  readonly metrics: Metrics;
  readonly failures: Failures;
  readonly slow: SlowRequests;
  readonly tail: LogTail;
  readonly workers: Pick<WorkerViews, 'all' | 'weigh'>;
  /** Whether one has to sign in to see it. */
  readonly signedIn: boolean;
  status(): Status;
}

const SECOND = 1000;

/** Seconds between looks at the memory of the workers, while somebody watches. */
const WEIGHING = 5;

/** Browsers that may watch at once, each with two streams. */
const MOST_STREAMS = 40;

/** States of workers that run something. */
const BUSY = new Set(['busy', 'draining']);

/**
 * The operator's page, and the events that keep it up to date. Once a second it looks at what is counted anyway; of
 * single requests it hears nothing.
 */
export class Dashboard {
  readonly #sources: DashboardSources;
  readonly #history: History;
  readonly #watching = new Set<EventStream>();
  /** Those that have missed something, and are to be told everything. */
  readonly #behind = new Set<EventStream>();
  #streams = 0;
  #ticks = 0;
  readonly #timer: NodeJS.Timeout;
  /** What has been told of lists that seldom change. */
  #told = { failures: 0, slow: 0, reloads: '' };

  constructor(sources: DashboardSources) {
    this.#sources = sources;
    this.#history = new History(sources.metrics);
    this.#timer = setInterval(() => this.#tick(), SECOND);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Adds its addresses to a server. */
  serve(server: FastifyInstance): void {
    servePage(server);
    server.get('/dashboard/events', (_request, reply) => {
      const stream = this.#stream(reply);
      if (stream !== undefined) void this.#watch(stream);
      return reply;
    });
    server.get('/dashboard/log', (request, reply) => {
      const stream = this.#stream(reply);
      if (stream !== undefined) {
        watchLog(stream, this.#sources.tail, filterFrom(request.query as Record<string, unknown>));
      }
      return reply;
    });
  }

  #stream(reply: FastifyReply): EventStream | undefined {
    if (this.#streams >= MOST_STREAMS) {
      reply.code(503).header('Retry-After', '10').send({ error: 'Too many watch already.' });
      return undefined;
    }
    reply.hijack();
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
    this.#tellAll(stream);
    this.#watching.add(stream);
  }

  #tellAll(stream: EventStream): void {
    const { failures, signedIn, slow, status } = this.#sources;
    const told = stream.send('hello', {
      signedIn,
      history: this.#history.all,
      slowFrom: slow.threshold,
      now: this.#now(status()),
      failures: failures.groups,
      slow: slow.latest,
      reloads: status().reloads,
    });
    if (told) this.#behind.delete(stream);
  }

  #tick(): void {
    this.#ticks += 1;
    const status = this.#sources.status();
    const workers = this.#sources.workers.all;
    const busy = workers.filter(({ state }) => BUSY.has(state)).length;
    const { queued, running } = status;
    const points = this.#history.sample({ queued, running, busy, workers: workers.length });
    if (this.#watching.size === 0) return;
    if (this.#ticks % WEIGHING === 0) void this.#sources.workers.weigh();
    const text = eventText('tick', {
      points: points.map(({ point, step }) => ({ step, point: shortened(point) })),
      now: this.#now(status),
      ...this.#news(status),
    });
    for (const stream of this.#watching) {
      if (this.#behind.has(stream)) this.#tellAll(stream);
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

  /** Those of the lists that have changed. */
  #news({ reloads }: Status): object {
    const { failures, slow } = this.#sources;
    const told = { failures: failures.changes, slow: slow.count, reloads: reloads.at(-1)?.at ?? '' };
    const before = this.#told;
    this.#told = told;
    return {
      ...(told.failures !== before.failures && { failures: failures.groups }),
      ...(told.slow !== before.slow && { slow: slow.latest }),
      ...(told.reloads !== before.reloads && { reloads }),
    };
  }
}

function shortened(point: HistoryPoint): object {
  return Object.fromEntries(
    historyFields.map((field) => [field, field === 'at' ? point.at : shortNumber(point[field])]),
  );
}
