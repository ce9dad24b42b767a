import type { Registry } from 'prom-client';
import { type Described, register, type Sample } from './registered.js';

/** Counts requests by method and status. See `Distribution` for why it does not use prom-client's counter. */
export class RequestCounter {
  readonly #byMethod = new Map<string, Map<number, number>>();

  constructor(registry: Registry, described: Described) {
    register(registry, { ...described, type: 'counter', samples: () => this.#samples() });
  }

  /** @param status 0 if the client disconnected before the response */
  count(method: string, status: number): void {
    let byStatus = this.#byMethod.get(method);
    if (byStatus === undefined) {
      byStatus = new Map();
      this.#byMethod.set(method, byStatus);
    }
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  }

  /** Requests so far by the first digit of their status; index 0 counts clients that disconnected. */
  byClass(): number[] {
    const counts = [0, 0, 0, 0, 0, 0];
    for (const byStatus of this.#byMethod.values()) {
      for (const [status, count] of byStatus) counts[Math.min(5, Math.floor(status / 100))]! += count;
    }
    return counts;
  }

  #samples(): Sample[] {
    return [...this.#byMethod].flatMap(([method, byStatus]) =>
      [...byStatus].map(([status, value]) => ({ labels: { method, status }, value })),
    );
  }
}
