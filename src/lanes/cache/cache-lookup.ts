import type { IncomingMessage } from 'node:http';
import type { CacheTag } from '../../app/manifest.js';
import type { Reply } from '../../http/reply.js';
import { type KeptReply, keptReply, replyTo } from './kept-reply.js';
import type { ResponseCache } from './response-cache.js';

/** Where a request's answer comes from: kept, computed for another at the same time, computed, or not to be kept. */
export type CacheResult = 'hit' | 'joined' | 'miss' | 'passed';

/** The request that looks for an answer. */
export interface Visitor {
  readonly request: IncomingMessage;
  /** Here it is. */
  answer(reply: Reply): void;
  /** It has to be computed; the visit is told what comes of it. */
  compute(): void;
}

/** One request at the cache. */
export class CacheVisit {
  result: CacheResult = 'miss';
  readonly #cache: ResponseCache;
  readonly #key: string;
  readonly #tag: CacheTag;
  readonly #visitor: Visitor;

  constructor(cache: ResponseCache, key: string, tag: CacheTag, visitor: Visitor) {
    this.#cache = cache;
    this.#key = key;
    this.#tag = tag;
    this.#visitor = visitor;
  }

  /** Whether it waits for what is computed for another. */
  get waits(): boolean {
    return this.#cache.flight(this.#key)?.others.has(this) === true;
  }

  /** Finds the answer, waits for one that is being computed, or has it computed. */
  enter(): void {
    const kept = this.#cache.find(this.#key);
    if (kept === null) {
      this.#pass();
      return;
    }
    if (kept !== undefined) {
      this.result = 'hit';
      this.#give(kept);
      return;
    }
    const flight = this.#cache.flight(this.#key);
    if (flight === undefined) {
      this.#cache.setFlight(this.#key, { leader: this, others: new Set() });
      this.#visitor.compute();
    } else {
      this.result = 'joined';
      flight.others.add(this);
    }
  }

  /** The answer has been computed. Gives what is to be sent; it and the given reply may be the same. */
  computed(reply: Reply): Reply {
    if (!this.#leads) return reply;
    const kept = keptReply(reply, this.#tag, this.#visitor.request.method!);
    const others = this.#land();
    if (kept === undefined) {
      this.#cache.canNotKeep(this.#key);
      for (const other of others) other.#pass();
      return reply;
    }
    this.#cache.keep(this.#key, kept, this.#tag.ttl);
    for (const other of others) other.#give(kept);
    return replyTo(this.#visitor.request, kept);
  }

  /**
   * There is no answer.
   *
   * @param again that may be this request's affair alone: the next of those that wait has it computed again. Else each
   *              of them sees for itself.
   */
  failed(again: boolean): void {
    if (!this.#leads) {
      this.leave();
      return;
    }
    const [next, ...others] = this.#land();
    if (next === undefined) return;
    if (!again) {
      for (const other of [next, ...others]) other.#pass();
      return;
    }
    next.result = 'miss';
    this.#cache.setFlight(this.#key, { leader: next, others: new Set(others) });
    next.#visitor.compute();
  }

  /** The client has left, or has been answered otherwise. Returns whether others wait for what is being computed. */
  leave(): boolean {
    const flight = this.#cache.flight(this.#key);
    if (flight?.leader !== this) {
      flight?.others.delete(this);
      return false;
    }
    if (flight.others.size > 0) return true;
    this.#cache.setFlight(this.#key, undefined);
    return false;
  }

  get #leads(): boolean {
    return this.#cache.flight(this.#key)?.leader === this;
  }

  #land(): CacheVisit[] {
    const { others } = this.#cache.flight(this.#key)!;
    this.#cache.setFlight(this.#key, undefined);
    return [...others];
  }

  #pass(): void {
    this.result = 'passed';
    this.#visitor.compute();
  }

  #give(kept: KeptReply): void {
    this.#visitor.answer(replyTo(this.#visitor.request, kept));
  }
}
