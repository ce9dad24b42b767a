import { LRUCache } from 'lru-cache';
import { type KeptReply, sizeOf } from './kept-reply.js';

/** How long a response that can't be kept is remembered as one, so that requests for it do not wait for each other. */
const NOT_KEPT_MS = 5000;
/** Share of the memory that one response may take. */
const MOST_SHARE = 1 / 8;
/** Memory that the note takes that a response can't be kept. */
const NOTE_BYTES = 256;

const notKept = Symbol('not kept');

/** A request that looks for a kept response. */
export interface Lookup {
  /** Here is the response. */
  give(kept: KeptReply): void;
  /** There is none to keep: the request computes its own. */
  pass(): void;
  /** The request computes the response for all that wait. */
  lead(): void;
}

/** A response that is being computed, and the requests that wait for it. */
export interface Computation {
  readonly leader: Lookup;
  readonly others: Set<Lookup>;
}

/** The kept responses of one version of an app, within a bounded memory: those that were asked for last. */
export class ResponseCache {
  readonly #kept: LRUCache<string, KeptReply | typeof notKept>;
  readonly #computations = new Map<string, Computation>();

  /** @param limit bytes */
  constructor(limit: number) {
    this.#kept = new LRUCache({
      maxSize: limit,
      maxEntrySize: Math.max(1, Math.floor(limit * MOST_SHARE)),
      sizeCalculation: (kept, key) => 2 * key.length + (kept === notKept ? NOTE_BYTES : sizeOf(kept)),
    });
  }

  /** Responses that are kept, and the bytes that they take. */
  get entries(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  get limit(): number {
    return this.#kept.maxSize;
  }

  /** A response that is still good; null if it is known that there can't be one. */
  find(key: string): KeptReply | null | undefined {
    const kept = this.#kept.get(key);
    return kept === notKept ? null : kept;
  }

  /** @param ttl milliseconds that it is good for */
  keep(key: string, reply: KeptReply, ttl: number): void {
    this.#kept.set(key, reply, { ttl });
  }

  canNotKeep(key: string): void {
    this.#kept.set(key, notKept, { ttl: NOT_KEPT_MS });
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
