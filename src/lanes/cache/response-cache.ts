import { LRUCache } from 'lru-cache';
import { type KeptReply, sizeOf } from './kept-reply.js';

/** How long to remember that a response can't be cached, so that requests for it do not wait for each other. */
const UNCACHEABLE_TTL_MS = 5000;
/** Share of the memory limit that one response may use. */
const MAX_RESPONSE_SHARE = 1 / 8;
/** Approximate memory of an `uncacheable` entry. */
const NOTE_BYTES = 256;

const uncacheable = Symbol('uncacheable');

/** A request's lookup, as the cache sees it. */
export interface Lookup {
  /** The response is available. */
  give(kept: KeptReply): void;
  /** The response can't be cached: the request computes its own. */
  pass(): void;
  /** The request computes the response for all waiting requests. */
  lead(): void;
}

/** A response that is being computed, and the requests that wait for it. */
export interface Computation {
  readonly leader: Lookup;
  readonly others: Set<Lookup>;
}

/** The response cache of one version of an app: least recently used, within a memory limit. */
export class ResponseCache {
  readonly #kept: LRUCache<string, KeptReply | typeof uncacheable>;
  readonly #computations = new Map<string, Computation>();

  /** @param limit bytes */
  constructor(limit: number) {
    this.#kept = new LRUCache({
      maxSize: limit,
      maxEntrySize: Math.max(1, Math.floor(limit * MAX_RESPONSE_SHARE)),
      sizeCalculation: (kept, key) => 2 * key.length + (kept === uncacheable ? NOTE_BYTES : sizeOf(kept)),
    });
  }

  /** Number of cached responses, and their memory in bytes. */
  get entries(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  get limit(): number {
    return this.#kept.maxSize;
  }

  /** A fresh response; null if it is known to be uncacheable. */
  find(key: string): KeptReply | null | undefined {
    const kept = this.#kept.get(key);
    return kept === uncacheable ? null : kept;
  }

  /** @param ttl how long the response stays fresh, in ms */
  keep(key: string, reply: KeptReply, ttl: number): void {
    this.#kept.set(key, reply, { ttl });
  }

  canNotKeep(key: string): void {
    this.#kept.set(key, uncacheable, { ttl: UNCACHEABLE_TTL_MS });
  }

  computation(key: string): Computation | undefined {
    return this.#computations.get(key);
  }

  /** Starts a computation; undefined ends it. */
  setComputation(key: string, computation: Computation | undefined): void {
    if (computation === undefined) this.#computations.delete(key);
    else this.#computations.set(key, computation);
  }
}
