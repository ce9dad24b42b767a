import type { Config } from '../config/load.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import type { SocketContext, SocketOptions } from '../lanes/sockets/socket-exchange.js';
import type { Pool } from '../pool/pool.js';
import type { Worker } from '../pool/worker.js';
import type { WorkerSockets } from '../pool/worker-sockets.js';
import { isHealthy } from '../pool/worker-state.js';

interface Setting {
  readonly config: Config;
  draining(): boolean;
  finished(record: ExchangeRecord): void;
}

/** The WebSockets of one version of the app, in its workers. */
export class AppSockets implements SocketContext {
  readonly #pool: Pool;
  readonly #config: Config;
  readonly draining: () => boolean;
  readonly finished: (record: ExchangeRecord) => void;

  constructor(pool: Pool, { config, draining, finished }: Setting) {
    this.#pool = pool;
    this.#config = config;
    this.draining = draining;
    this.finished = finished;
  }

  /** Those of the ready worker that has the fewest. */
  readonly place = (): WorkerSockets | undefined => {
    let best: Worker | undefined;
    for (const worker of this.#pool.workers) {
      if (!isHealthy(worker)) continue;
      if (best === undefined || worker.sockets.size < best.sockets.size) best = worker;
    }
    return best?.sockets;
  };

  get options(): SocketOptions {
    return this.#config;
  }

  get size(): number {
    return this.#pool.workers.reduce((sum, { sockets }) => sum + sockets.size, 0);
  }

  /** Closes those that are left after the drain delay. */
  async drain(reason: string): Promise<void> {
    const { drainDelay } = this.#config;
    if (this.size > 0 && drainDelay > 0) await new Promise((resolve) => setTimeout(resolve, drainDelay));
    this.close(reason);
  }

  /** Closes all, because the server stops or has reloaded the app. Clients connect again. */
  close(reason: string): void {
    for (const { sockets } of this.#pool.workers) sockets.close(1012, reason);
  }
}
