import type { IncomingMessage } from 'node:http';
import type { CacheTag } from '../../app/manifest.js';
import type { Reply } from '../../http/reply.js';
import { type KeptReply, keptReply, replyTo } from './kept-reply.js';
import type { Lookup, ResponseCache } from './response-cache.js';

/** hit: cached; joined: computed for a concurrent request; miss: computed and cached; passed: computed, not cached. */
export type CacheResult = 'hit' | 'joined' | 'miss' | 'passed';

/** The request that needs a response. */
export interface Requester {
  readonly request: IncomingMessage;
  answer(reply: Reply): void;
  /** Computes the response. Must then call `computed` or `failed` of the lookup. */
  compute(): void;
}

/** One request's lookup in the cache. */
export class CacheLookup implements Lookup {
  result: CacheResult = 'miss';
  readonly #cache: ResponseCache;
  readonly #key: string;
  readonly #tag: CacheTag;
  readonly #requester: Requester;

  constructor(cache: ResponseCache, key: string, tag: CacheTag, requester: Requester) {
    this.#cache = cache;
    this.#key = key;
    this.#tag = tag;
    this.#requester = requester;
  }

  /** Whether the request waits for a response that another one computes. */
  get waits(): boolean {
    return this.#cache.computation(this.#key)?.others.has(this) === true;
  }

  /** Finds the response, waits for one that is being computed, or computes it. */
  begin(): void {
    const kept = this.#cache.find(this.#key);
    if (kept === null) {
      this.pass();
      return;
    }
    if (kept !== undefined) {
      this.result = 'hit';
      this.give(kept);
      return;
    }
    const computation = this.#cache.computation(this.#key);
    if (computation === undefined) {
      this.#cache.setComputation(this.#key, { leader: this, others: new Set() });
      this.#requester.compute();
    } else {
      this.result = 'joined';
      computation.others.add(this);
    }
  }

  /** The response was computed. Returns the reply to send, which may be the same. */
  computed(reply: Reply): Reply {
    if (!this.#leads) return reply;
    const kept = keptReply(reply, this.#tag, this.#requester.request.method!);
    const others = this.#end();
    if (kept === undefined) {
      this.#cache.canNotKeep(this.#key);
      for (const other of others) other.pass();
      return reply;
    }
    this.#cache.keep(this.#key, kept, this.#tag.ttl);
    for (const other of others) other.give(kept);
    return replyTo(this.#requester.request, kept);
  }

  /**
   * Computing the response failed.
   *
   * @param again whether the failure may concern only this request: then the next waiting request computes the response
   *   for all. Otherwise each waiting request computes its own.
   */
  failed(again: boolean): void {
    if (!this.#leads) {
      this.leave();
      return;
    }
    const [next, ...others] = this.#end();
    if (next === undefined) return;
    if (!again) {
      for (const other of [next, ...others]) other.pass();
      return;
    }
    this.#cache.setComputation(this.#key, { leader: next, others: new Set(others) });
    next.lead();
  }

  /** The client has disconnected or has its answer. Returns whether others wait for this request's response. */
  leave(): boolean {
    const computation = this.#cache.computation(this.#key);
    if (computation?.leader !== this) {
      computation?.others.delete(this);
      return false;
    }
    if (computation.others.size > 0) return true;
    this.#cache.setComputation(this.#key, undefined);
    return false;
  }

  pass(): void {
    this.result = 'passed';
    this.#requester.compute();
  }

  give(kept: KeptReply): void {
    this.#requester.answer(replyTo(this.#requester.request, kept));
  }

  lead(): void {
    this.result = 'miss';
    this.#requester.compute();
  }

  get #leads(): boolean {
    return this.#cache.computation(this.#key)?.leader === this;
  }

  /** Ends the computation. Returns the requests that waited for it. */
  #end(): Lookup[] {
    const { others } = this.#cache.computation(this.#key)!;
    this.#cache.setComputation(this.#key, undefined);
    return [...others];
  }
}
