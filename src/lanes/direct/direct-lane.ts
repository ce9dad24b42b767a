import type { IncomingMessage } from 'node:http';
import type { DirectPlan, DirectRoute, Route } from '../../app/manifest.js';
import type { Batchable, Split } from '../../dispatch/batch.js';
import { BatchPolicy } from '../../dispatch/batch-policy.js';
import { RouteTime } from '../../dispatch/route-time.js';
import { headerPairs, type Reply, replyFrom, tooLarge } from '../../http/reply.js';
import { type JsonParseOptions, NotCovered, printJsonWith, printParts } from '../../json/index.js';
import { type Frame, FrameType } from '../../protocol/frame.js';
import { LARGE_BYTES, SharedBytes } from '../../protocol/shared-bytes.js';
import {
  RDataError,
  type RList,
  type RValue,
  readRData,
  rInteger,
  rList,
  rNull,
  rString,
  slicer,
  toPlain,
  writeRData,
  writeRDataPieces,
} from '../../rdata/index.js';
import { bufferOf } from '../large/job.js';
import type { LargeThreads } from '../large/threads.js';
import { rookBody, rookVariables } from '../plumber/rook-request.js';
import { Shapes } from './batch-shape.js';
import { type DirectBody, directBody, isJsonBody } from './body.js';
import { type AnswerReader, type BatchRoute, batchCall, pathTexts, quickBatchCall } from './direct-batch.js';
import { jsonPrinter, type Printer } from './json-serializer.js';
import { parseQuery } from './query.js';
import { RouteTable } from './route-table.js';
import { splitSurrounded } from './surrounded-answer.js';
import { valueReply } from './value-reply.js';

/** A request of the direct lane, ready for R. */
export interface DirectCall {
  /** Gives it in pieces; a promise of them when a thread has to parse the body first. */
  readonly payload: () => readonly Buffer[] | Promise<readonly Buffer[]>;
  /** How it joins others in a batch; its payload is no promise then. */
  readonly batch?: Batchable;
  /** Undefined for requests that no endpoint serves: filters, files and errors take what they take. */
  readonly time: RouteTime | undefined;
  /** The endpoint's place in the plan, from 1; 0 where none serves it. */
  readonly index: number;
}

/** Elements of short forms that are printed here at most. */
const MOST_EXPANDED = 2 ** 14;
const NOT_ASCII = /[^\x20-\x7e]/;
const NO_COOKIE = /[^\x20-\x7e]|%00/;
const CONTENT_TYPE = 'content-type';
/** What the unparsed body is called in R. */
const UNPARSED = ['bodyRaw', 'postBody', 'rook.input'];
const rawBody: DirectBody = { form: 'raw', value: rNull };
const noBody: DirectBody = { form: '', value: rNull };

/**
 * The direct lane: the gateway routes, parses and prints, R runs the user's functions. Whatever is not certain to
 * come out as plumber's own answer is left to plumber, by returning undefined or `NotCovered`.
 */
export class DirectLane {
  readonly #plan: DirectPlan;
  readonly #table: RouteTable;
  readonly #printers: readonly Printer[];
  readonly #parseOptions: JsonParseOptions;
  readonly #times: readonly RouteTime[];
  readonly #threads: LargeThreads | undefined;
  readonly #batches: readonly (BatchRoute | undefined)[];

  /**
   * @param threads    for large bodies and values; without them R gets those
   * @param distrusted called when a route with `@batch` turns out not to be vectorised
   */
  constructor(
    plan: DirectPlan,
    threads?: LargeThreads,
    distrusted: (route: DirectRoute, reason: string) => void = () => {},
  ) {
    this.#plan = plan;
    this.#threads = threads;
    this.#table = new RouteTable(plan);
    const { rVersion, scipen } = plan.session;
    this.#parseOptions = { rVersion, scipen };
    this.#times = plan.routes.map(() => new RouteTime());
    this.#printers = plan.serializers.map((serializer) => jsonPrinter(serializer, plan.session));
    const answer: AnswerReader = {
      split: (frame, items) => this.#split(frame, items),
      splitSurrounded: (frame, items) => splitSurrounded(frame, items, this.#printers, answer),
      whole: (frame) => this.#whole(frame),
    };
    this.#batches = plan.routes.map((route, i) => {
      if (route.batch === undefined || route.batch.obstacle !== undefined) return undefined;
      const policy = new BatchPolicy(route.batch, (reason) => distrusted(route, reason));
      return { index: i + 1, route, policy, shapes: new Shapes(`${i + 1}|`), answer };
    });
  }

  /** Why a route takes the plumber lane; undefined if it takes this one. */
  obstacle(route: Route): string | undefined {
    // Files, and routers that only plumber knows what they do, are reached through the filters of the app.
    if (route.direct === undefined) return this.#table.elsewhere(route.verbs, fixedPart(route.path));
    return this.#table.obstacles[route.direct - 1];
  }

  /**
   * What R needs to run the request, or undefined when it is to take the plumber lane.
   *
   * @param jsonForm the body is labelled a form but is to be read as JSON
   */
  call(request: IncomingMessage, body: Buffer | undefined, jsonForm: boolean): DirectCall | undefined {
    const url = request.url!;
    const at = url.indexOf('?');
    const match = this.#table.match(request.method!, at < 0 ? url : url.slice(0, at));
    if (match === undefined) return undefined;
    const { index, path, route } = match;
    const query = at < 0 ? '' : url.slice(at);
    if (this.#plan.session.maxRequestSize > 0 && announcesBody(request)) return undefined;
    if (!this.#plan.session.utf8 && NOT_ASCII.test(query)) return undefined;
    // plumber fails where cookies are no text, even when nobody looks at them.
    if (NO_COOKIE.test(request.headers.cookie ?? '')) return undefined;

    const to = this.#batches[index - 1];
    const time = this.#times[index - 1];
    if (
      to !== undefined &&
      query === '' &&
      body !== undefined &&
      this.#readsJson(request, to.route, body, jsonForm)
    ) {
      const joined = quickBatchCall(to, body);
      if (joined !== undefined) {
        const own = joined.payload ?? (() => joined.batch.merge([joined.batch]).payload[0]!);
        return { payload: () => [own()], time, index, batch: joined.batch };
      }
    }
    const parsedQuery = parseQuery(query);
    const parsedBody = route === undefined ? noBody : this.#body(request, route, body, jsonForm);
    // R parses what the gateway could not, and for that, as for functions that take `req`, it needs the request.
    const whole = route?.plain !== true || parsedQuery === undefined || parsedBody.form === 'raw';
    const before = [rInteger(index), parsedQuery ?? rNull, pathTexts(path)];
    const raw = (): [RValue, RValue] => [rookBody(body), rookVariables(request, jsonForm)];
    const { form, value } = parsedBody;
    // Where the gateway has parsed everything, R gets what its functions look at.
    const reads = parsedQuery === undefined || form === 'raw' ? undefined : route?.reads;
    const seen = (): [RValue, RValue] => {
      const unparsed = reads === undefined || reads.some((name) => UNPARSED.includes(name));
      return [unparsed ? rookBody(body) : rNull, rookVariables(request, jsonForm, reads)];
    };
    if (form === 'large') {
      const after = whole ? raw() : [rNull, rNull];
      const rest = () => writePieces([...before, rString('raw'), rNull, ...raw()]);
      return {
        payload: () => this.#parseLarge(body!, [...before, rString('parsed')], after, rest),
        time,
        index,
      };
    }
    const own = (input = value): RValue[] => {
      return [...before, rString(form), input, ...(whole ? seen() : [rNull, rNull])];
    };
    const payload = (): readonly Buffer[] =>
      form === 'raw' ? writePieces(own()) : [writeRData(rList(own()))];
    if (to === undefined || parsedQuery === undefined || form === 'raw') return { payload, time, index };
    const context = `${url}|${request.headers['content-type'] ?? ''}`;
    const call = (input?: RValue) => rList(own(input));
    const parts = { query: parsedQuery, path, call, body: value, bytes: body, request: raw, context };
    const joined = batchCall(to, parts);
    if (joined === undefined) return { payload, time, index };
    const { batch, payload: ofItsOwn } = joined;
    return { payload: ofItsOwn === undefined ? payload : () => [ofItsOwn()], time, index, batch };
  }

  /** @param unparsed gives the call when only R can parse it */
  async #parseLarge(
    body: Buffer,
    before: readonly RValue[],
    after: readonly RValue[],
    unparsed: () => readonly Buffer[],
  ): Promise<readonly Buffer[]> {
    const options = this.#parseOptions;
    const result = await this.#threads?.run({ kind: 'parse', body, options, before, after });
    if (result?.kind !== 'parsed') return unparsed();
    // Otherwise the very bytes of the body are among the pieces.
    if (after.every(({ type }) => type === 'NULL')) SharedBytes.giveBack(body);
    return result.pieces.map(bufferOf);
  }

  /**
   * The answer that a value frame stands for, or why R has to print it.
   *
   * @param limit bytes of the body at most; fails with `response_too_large`
   */
  reply(payload: Buffer, limit: number): Reply | NotCovered | Promise<Reply | NotCovered> {
    if (payload.length >= LARGE_BYTES) return this.#printLarge(payload, limit);
    const list = readValue(payload);
    if (list === undefined) return this.#printLarge(payload, limit);
    if (list instanceof NotCovered) return list;
    const [index, value, status, names, values] = list.values;
    const printer = this.#printers[(toPlain(index!) as number) - 1]!;
    const body = printJsonWith(value!, printer.options);
    if (body instanceof NotCovered) return body;
    const headers =
      names === undefined ? [] : headerPairs(toPlain(names) as string[], toPlain(values!) as string[]);
    const code = status === undefined ? undefined : (toPlain(status) as number | null);
    return valueReply(code, headers, printer, { body });
  }

  /** What a request that was run alone is answered with. */
  #whole(frame: Frame): Reply | NotCovered {
    if (frame.payload.length < frame.length) return new NotCovered('it is too long');
    if (frame.type !== FrameType.result && frame.type !== FrameType.value)
      return new NotCovered('it was interrupted');
    try {
      if (frame.type === FrameType.result) return replyFrom(frame.payload);
      const reply = this.reply(frame.payload, Infinity);
      return reply instanceof Promise ? new NotCovered('it is large') : reply;
    } catch (error) {
      return new NotCovered(String(error));
    }
  }

  /** Cuts the value that a batch has given. */
  #split(frame: Frame, items: readonly number[]): Split {
    if (frame.type === FrameType.interrupted || frame.payload.length < frame.length)
      return { kind: 'failed' };
    if (frame.type !== FrameType.value) {
      return replyFrom(frame.payload).status >= 400
        ? { kind: 'failed' }
        : { kind: 'indivisible', reason: 'its answer is one that only R can print' };
    }
    const list = readValue(frame.payload);
    if (list === undefined || list instanceof NotCovered) return { kind: 'failed' };
    const [index, value, status] = list.values;
    if (status !== undefined) {
      return (toPlain(status) as number) >= 400
        ? { kind: 'failed' }
        : { kind: 'indivisible', reason: 'it sets a status or headers' };
    }
    const total = items.reduce((sum, n) => sum + n, 0);
    const slice = slicer(value!, total);
    if (slice === undefined) {
      return { kind: 'indivisible', reason: `its result has no part for each of ${total} items` };
    }
    const { options, type } = this.#printers[(toPlain(index!) as number) - 1]!;
    const texts = printParts(value!, items, options);
    if (texts !== undefined) {
      return { kind: 'parts', parts: texts.map((body) => partReply(type, body)) };
    }
    const parts: Reply[] = [];
    let from = 0;
    for (const n of items) {
      const body = printJsonWith(slice(from, from + n), options);
      if (body instanceof NotCovered) return { kind: 'indivisible', reason: 'only R can print its result' };
      parts.push(partReply(type, body));
      from += n;
    }
    return { kind: 'parts', parts };
  }

  async #printLarge(payload: Buffer, limit: number): Promise<Reply | NotCovered> {
    const options = this.#printers.map((printer) => printer.options);
    const result = await this.#threads?.run({ kind: 'print', payload, options, limit });
    if (result === undefined) return new NotCovered('a large value');
    if (result.kind === 'left-to-r') return new NotCovered(result.reason);
    if (result.kind === 'too-long') throw tooLarge(`more than ${limit}`, limit);
    const { index, names, pieces, status, values } = result;
    const printer = this.#printers[index - 1]!;
    return valueReply(status, headerPairs(names, values), printer, { pieces: pieces.map(bufferOf) });
  }

  #body(
    request: IncomingMessage,
    route: DirectRoute,
    body: Buffer | undefined,
    jsonForm: boolean,
  ): DirectBody {
    if (body !== undefined && body.length > 0 && !this.#readsAsUsual(request, route)) return rawBody;
    return directBody(body, bodyType(request, jsonForm), this.#parseOptions);
  }

  #readsAsUsual(request: IncomingMessage, route: DirectRoute): boolean {
    return !route.ownParsers && this.#plan.session.utf8 && !hasTwoTypes(request);
  }

  #readsJson(request: IncomingMessage, route: DirectRoute, body: Buffer, jsonForm: boolean): boolean {
    return isJsonBody(body, bodyType(request, jsonForm)) && this.#readsAsUsual(request, route);
  }
}

/** Of several headers that say what the body is Node keeps one, and R sees them joined. */
function hasTwoTypes({ rawHeaders }: IncomingMessage): boolean {
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === CONTENT_TYPE.length && name.toLowerCase() === CONTENT_TYPE) found += 1;
  }
  return found > 1;
}

function bodyType(request: IncomingMessage, jsonForm: boolean): string | undefined {
  return jsonForm ? 'application/json' : request.headers['content-type'];
}

function partReply(type: string, body: Buffer): Reply {
  return { status: 200, headers: [['Content-Type', type]], body };
}

/** What all requests for a path begin with. */
function fixedPart(path: string): string {
  return path.replace(/[*<].*/, '');
}

/** Undefined when it is longer than it looks: a sequence that is short as R data may be long as a vector. */
function readValue(payload: Buffer): RList | NotCovered | undefined {
  try {
    return readRData(payload, { maxExpanded: MOST_EXPANDED }) as RList;
  } catch (error) {
    if (!(error instanceof RDataError)) throw error;
    return error.kind === 'limit' ? undefined : new NotCovered(error.message);
  }
}

function writePieces(call: RValue[]): readonly Buffer[] {
  return writeRDataPieces(rList(call)).map(bufferOf);
}

/** plumber checks the size of what these headers announce. */
function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}
