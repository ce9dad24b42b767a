import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StreamSink } from '../dispatch/stream-sink.js';
import type { Ticket } from '../dispatch/ticket.js';
import { type ErrorCode, PenstockError } from '../errors.js';
import { type Reply, tooLarge } from '../http/reply.js';
import { StreamWriter } from '../http/stream-writer.js';
import { failureFrom } from '../pool/r-failure.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import { readRData, toPlain } from '../rdata/index.js';
import type { ExchangeContext } from './exchange-context.js';
import type { StreamRecord } from './exchange-record.js';

/** The exchange that a stream answers. */
interface StreamExchange {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * An answer that R produces in pieces. R is asked for the next elements only while the client takes those before, so
 * neither side collects more than a few.
 */
export class StreamedAnswer implements StreamSink {
  readonly #exchange: StreamExchange;
  readonly #ticket: Ticket;
  readonly #context: ExchangeContext;
  readonly #timeout: number;
  readonly #broken: (error: PenstockError) => void;
  #writer: StreamWriter | undefined;
  #pause: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #over = false;
  #elements = 0;
  #firstAt: number | undefined;
  #ending: StreamRecord['ending'] = 'left';

  /**
   * @param timeout how long R may take for the first element, and for each further one, in ms
   * @param broken  called with the error that ends the stream: answers with it, unless `breakOff` does
   */
  constructor(
    exchange: StreamExchange,
    ticket: Ticket,
    context: ExchangeContext,
    timeout: number,
    broken: (error: PenstockError) => void,
  ) {
    this.#exchange = exchange;
    this.#ticket = ticket;
    this.#context = context;
    this.#timeout = timeout;
    this.#broken = broken;
  }

  /** Bytes of the body; undefined if the client has got none. */
  get bytes(): number | undefined {
    return this.begun ? this.#writer?.bytes : undefined;
  }

  /** Whether the client has got the head. */
  get begun(): boolean {
    return this.#writer?.begun === true;
  }

  /** Throws `response_invalid`. */
  begin(reply: Reply): void {
    const { request, response } = this.#exchange;
    this.#writer = new StreamWriter(response, reply, this.#context.options.streamHeartbeat);
    if (request.method === 'HEAD') this.#complete();
    else this.#ask();
  }

  /** What the client got. since: `performance.now()` when its request arrived */
  record(since: number): StreamRecord {
    const first = this.#firstAt === undefined ? undefined : this.#firstAt - since;
    return { first, elements: this.#elements, ending: this.#ending };
  }

  #complete(): void {
    this.#ending = 'complete';
    this.abandon();
    this.#writer!.end();
  }

  /** The rest is no longer needed. */
  abandon(): void {
    this.stop();
    this.#context.dispatcher.cancel(this.#ticket);
  }

  #ask(): void {
    if (this.#over) return;
    this.#watch();
    this.#ticket.pull();
  }

  #watch(): void {
    clearTimeout(this.#pause);
    const late = (): void => {
      const place = this.#elements === 0 ? 'first' : 'next';
      this.#fail('deadline_exceeded', `Its ${place} element took longer than ${this.#timeout / 1000} s.`);
    };
    this.#pause = setTimeout(late, this.#timeout);
  }

  element({ length, payload, type }: Frame): void {
    if (this.#over) return;
    if (payload.length < length) {
      this.#broken(tooLarge(String(length), this.#context.options.responseLimit));
      return;
    }
    this.#elements += 1;
    this.#firstAt ??= performance.now();
    try {
      this.#writer!.write(toPlain(readRData(payload)) as Buffer);
    } catch (error) {
      this.#broken(error as PenstockError); // a header is invalid
      return;
    }
    if (type === FrameType.chunk) {
      this.#watch();
      return;
    }
    clearTimeout(this.#pause);
    this.#writer!.whenTaken(() => this.#ask());
  }

  ended(frame: Frame): void {
    if (this.#over) return;
    if (frame.type !== FrameType.ended || failureFrom(frame) !== undefined) {
      this.#fail('stream_failed');
      return;
    }
    this.#complete();
  }

  failed(code: ErrorCode, detail: string): void {
    this.#fail(code, detail);
  }

  #fail(code: ErrorCode, detail?: string): void {
    this.#broken(new PenstockError(code, detail));
  }

  endWithin(ms: number): void {
    this.#end ??= setTimeout(() => {
      this.#ending = 'drained';
      this.abandon();
      this.#writer!.close();
    }, ms);
  }

  /** Ends the stream because of an error. Returns false if the error can still be the response. */
  breakOff(error: PenstockError): boolean {
    if (this.#over) return this.begun;
    this.#ending = 'failed';
    this.abandon();
    if (!this.begun) return false;
    this.#writer!.fail(error, this.#exchange.id);
    return true;
  }

  /** Nothing more is sent. */
  stop(): void {
    this.#over = true;
    clearTimeout(this.#pause);
    clearTimeout(this.#end);
    this.#writer?.stop();
  }
}
