import type { IncomingMessage } from 'node:http';
import type { DirectPlan, DirectRoute } from '../../app/manifest.js';
import type { Batchable } from '../../dispatch/batch.js';
import { type Reply, replyFrom } from '../../http/reply.js';
import { type JsonParseOptions, NotCovered } from '../../json/index.js';
import { type Frame, FrameType } from '../../protocol/frame.js';
import { type Call, callList, partsToWorker } from '../../protocol/payloads.js';
import { type RList, rInteger, rNull, rString, writeRData, writeRDataPieces } from '../../rdata/index.js';
import { type AppRoutes, pathOf, type RoutePolicy } from '../app-routes.js';
import type { Answer, LaneRequest, Prepared, Work } from '../lane.js';
import { bufferOf } from '../large/job.js';
import type { LargeThreads } from '../large/threads.js';
import { rookBody, rookFields } from '../plumber/rook-request.js';
import { DirectAnswers } from './answers.js';
import { type BatchRoute, batchCall, quickBatchCall } from './batch-call.js';
import { Shapes } from './batch-shape.js';
import { type DirectBody, directBody, isJsonBody } from './body.js';
import { pathTexts } from './call.js';
import { jsonPrinter } from './json-serializer.js';
import { parseQuery } from './query.js';

const NOT_ASCII = /[^\x20-\x7e]/;
const NOT_A_COOKIE = /[^\x20-\x7e]|%00/;
const CONTENT_TYPE = 'content-type';
const rawBody: DirectBody = { form: 'raw', value: rNull };
const noBody: DirectBody = { form: '', value: rNull };

export interface DirectLaneOptions {
  readonly plan: DirectPlan;
  /** The name of the plan, which workers report too. */
  readonly planName: string;
  readonly routes: AppRoutes;
  /** For large bodies and values. */
  readonly threads: LargeThreads;
  /** Largest response, in bytes. */
  readonly responseLimit: number;
}

/**
 * The direct lane: the gateway routes, parses and prints; R runs the user's functions. A request takes the plumber lane
 * unless the outcome here is certain to be the same.
 */
export class DirectLane {
  readonly #plan: DirectPlan;
  readonly #planName: string;
  readonly #routes: AppRoutes;
  readonly #threads: LargeThreads;
  readonly #answers: DirectAnswers;
  readonly #parseOptions: JsonParseOptions;
  readonly #batches: readonly (BatchRoute | undefined)[];

  constructor({ plan, planName, responseLimit, routes, threads }: DirectLaneOptions) {
    this.#plan = plan;
    this.#planName = planName;
    this.#routes = routes;
    this.#threads = threads;
    const { rVersion, scipen } = plan.session;
    this.#parseOptions = { rVersion, scipen };
    const printers = plan.serializers.map((serializer) => jsonPrinter(serializer, plan.session));
    this.#answers = new DirectAnswers(printers, threads, responseLimit);
    this.#batches = plan.routes.map((route, i) => {
      const index = i + 1;
      const policy = routes.policy(index)?.batching;
      if (policy === undefined) return undefined;
      return { index, route, policy, shapes: new Shapes(`${index}|`), answers: this.#answers };
    });
  }

  /**
   * Undefined if the request must take the plumber lane.
   *
   * @param jsonForm whether to read a body with a form's type as JSON
   */
  prepare({ body, file, http }: LaneRequest, jsonForm: boolean): Prepared | Promise<Prepared> | undefined {
    const url = http.url!;
    const match = this.#routes.match(http.method!, pathOf(url));
    if (match === undefined) return undefined;
    const at = url.indexOf('?');
    const query = at < 0 ? '' : url.slice(at);
    if (!this.#isCovered(http, query)) return undefined;

    const { index, path, route } = match;
    const policy = this.#routes.policy(index);
    const batching = this.#batches[index - 1];
    const parsedQuery = parseQuery(query);
    const parts = { route: rInteger(index), query: parsedQuery ?? rNull, path: pathTexts(path) };
    const whole = () => ({ rawBody: rookBody(file ?? body), fields: rookFields(http, jsonForm) });
    // Written out: spread, the parts would take three times as long as all else here.
    const callWith = ({ form, value }: DirectBody): RList =>
      callList({
        route: parts.route,
        query: parts.query,
        path: parts.path,
        bodyForm: rString(form),
        body: value,
        rawBody: rookBody(file ?? body),
        fields: rookFields(http, jsonForm),
      });
    if (file !== undefined) return this.#work(policy, () => [writeRData(callWith(rawBody))]);
    const parse = () => (route === undefined ? noBody : this.#body(http, route, body, jsonForm));
    if (batching !== undefined && query === '' && body !== undefined) {
      const input = { call: () => callWith(parse()), whole };
      const quick = this.#readsJson(http, batching.route, body, jsonForm)
        ? quickBatchCall(batching, body, input)
        : undefined;
      if (quick !== undefined) return this.#work(policy, () => [quick.payload()], quick.batch);
    }

    const parsed = parse();
    if (parsed.form === 'large') {
      return this.#parseLarge(policy, body!, { ...parts, ...whole() }, () => writePieces(callWith(rawBody)));
    }
    if (batching !== undefined && parsedQuery !== undefined && parsed.form !== 'raw') {
      const context = `${url}|${http.headers['content-type'] ?? ''}`;
      const call = (value = parsed.value): RList => callWith({ form: parsed.form, value });
      const input = { query: parsedQuery, path, call, whole, body: parsed.value, bytes: body, context };
      const batched = batchCall(batching, input);
      if (batched !== undefined) return this.#work(policy, () => [batched.payload()], batched.batch);
    }
    return this.#work(policy, () =>
      parsed.form === 'raw' ? writePieces(callWith(parsed)) : [writeRData(callWith(parsed))],
    );
  }

  /** Whether the direct lane covers the request, whatever its route. */
  #isCovered(http: IncomingMessage, query: string): boolean {
    const { maxRequestSize, utf8 } = this.#plan.session;
    if (maxRequestSize > 0 && announcesBody(http)) return false;
    if (!utf8 && NOT_ASCII.test(query)) return false;
    // plumber fails if the cookies are not text, even when no function reads them.
    return !NOT_A_COOKIE.test(http.headers.cookie ?? '');
  }

  #work(policy: RoutePolicy | undefined, payload: () => readonly Buffer[], batch?: Batchable): Work {
    return new DirectWork(this.#answers, this.#planName, policy, payload, batch);
  }

  /** @param unparsed makes the call for a body that only R can parse */
  async #parseLarge(
    policy: RoutePolicy | undefined,
    body: Buffer,
    parts: Omit<Call, 'bodyForm' | 'body'>,
    unparsed: () => readonly Buffer[],
  ): Promise<Prepared> {
    const options = this.#parseOptions;
    const { values } = callList({ ...parts, bodyForm: rString('parsed'), body: rNull });
    const at = partsToWorker.call.indexOf('body');
    const [before, after] = [values.slice(0, at), values.slice(at + 1)];
    const result = await this.#threads.run({ kind: 'parse', body, options, before, after });
    if (result.kind !== 'parsed') return this.#work(policy, unparsed);
    const pieces = result.pieces.map(bufferOf);
    return this.#work(policy, () => pieces);
  }

  #body(http: IncomingMessage, route: DirectRoute, body: Buffer | undefined, jsonForm: boolean): DirectBody {
    if (body !== undefined && body.length > 0 && !this.#readsAsUsual(http, route)) return rawBody;
    return directBody(body, bodyType(http, jsonForm), this.#parseOptions);
  }

  #readsAsUsual(http: IncomingMessage, route: DirectRoute): boolean {
    return !route.ownParsers && this.#plan.session.utf8 && !hasTwoTypes(http);
  }

  #readsJson(http: IncomingMessage, route: DirectRoute, body: Buffer, jsonForm: boolean): boolean {
    return isJsonBody(body, bodyType(http, jsonForm)) && this.#readsAsUsual(http, route);
  }
}

/** A call of the direct lane. A class, because one is made for each request. */
class DirectWork implements Work {
  readonly lane = 'direct';
  readonly type = FrameType.call;
  readonly plan: string;
  readonly policy: RoutePolicy | undefined;
  readonly batch: Batchable | undefined;
  readonly payload: () => readonly Buffer[];
  readonly #answers: DirectAnswers;

  constructor(
    answers: DirectAnswers,
    plan: string,
    policy: RoutePolicy | undefined,
    payload: () => readonly Buffer[],
    batch: Batchable | undefined,
  ) {
    this.#answers = answers;
    this.plan = plan;
    this.policy = policy;
    this.payload = payload;
    this.batch = batch;
  }

  answer({ payload, type }: Frame): Answer | Promise<Answer> {
    const reply = this.#answers.reply(type, payload);
    const take = (value: Reply | NotCovered): Answer =>
      value instanceof NotCovered ? printWork(payload, this.plan) : value;
    return reply instanceof Promise ? reply.then(take) : take(reply);
  }
}

/** Work for R to print a value that the gateway cannot print. */
function printWork(value: Buffer, plan: string): Work {
  return {
    lane: 'direct',
    type: FrameType.print,
    plan,
    policy: undefined,
    urgent: true,
    payload: () => [value],
    answer: ({ payload, type }) => replyFrom(payload, type),
  };
}

/** Node keeps only one of several Content-Type headers; R gets all of them, joined. */
function hasTwoTypes({ rawHeaders }: IncomingMessage): boolean {
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === CONTENT_TYPE.length && name.toLowerCase() === CONTENT_TYPE) found += 1;
  }
  return found > 1;
}

function bodyType(http: IncomingMessage, jsonForm: boolean): string | undefined {
  return jsonForm ? 'application/json' : http.headers['content-type'];
}

function writePieces(list: RList): readonly Buffer[] {
  return writeRDataPieces(list).map(bufferOf);
}

/** plumber checks the size announced by these headers. */
function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}
