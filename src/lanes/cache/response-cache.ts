import { LRUCache } from 'lru-cache';
import type { CacheVisit } from './cache-lookup.js';
import { type KeptReply, sizeOf } from './kept-reply.js';

/** How long a response that can't be kept is remembered as one, so that those like it do not wait for each other. */
const REMEMBERED = 5000;
/** Share of the memory that one response may take, and bytes of a note that one can't be kept. */
const LARGEST = 1 / 8;
const NOTE_BYTES = 256;

const unkept = Symbol('can not be kept');

/** One computation, and the requests that wait for it. */
export interface Flight {
  leader: CacheVisit;
  readonly others: Set<CacheVisit>;
}

/** The kept responses of one version of an app, within a bounded memory: those that were asked for last. */
export class ResponseCache {
  readonly #kept: LRUCache<string, KeptReply | typeof unkept>;
  readonly #flights = new Map<string, Flight>();

  /** @param limit bytes */
  constructor(limit: number) {
    this.#kept = new LRUCache({
      maxSize: limit,
      maxEntrySize: Math.max(1, Math.floor(limit * LARGEST)),
      sizeCalculation: (kept, key) => 2 * key.length + (kept === unkept ? NOTE_BYTES : sizeOf(kept)),
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
    return kept === unkept ? null : kept;
  }

  /** @param ttl milliseconds that it is good for */
  keep(key: string, reply: KeptReply, ttl: number): void {
    this.#kept.set(key, reply, { ttl });
  }

  canNotKeep(key: string): void {
    this.#kept.set(key, unkept, { ttl: REMEMBERED });
  }

  flight(key: string): Flight | undefined {
    return this.#flights.get(key);
  }

  /** Begins a computation; undefined: there is none any more. */
  setFlight(key: string, flight: Flight | undefined): void {
    if (flight === undefined) this.#flights.delete(key);
    else this.#flights.set(key, flight);
  }
}
