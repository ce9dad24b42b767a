import type { IncomingMessage } from 'node:http';
import type { DirectPlan, DirectRoute } from '../../app/manifest.js';
import { RouteTime } from '../../dispatch/route-time.js';
import {
  type JsonParseOptions,
  NotCovered,
  printJsonWith,
  RDataError,
  type RList,
  type RValue,
  readRData,
  rInteger,
  rList,
  rNull,
  rString,
  toPlain,
  writeRData,
} from '../../rdata/index.js';
import { isJsonForm } from '../form-json.js';
import { checkedStatus, headerPairs, type Reply } from '../reply.js';
import { rookBody, rookVariables } from '../rook-request.js';
import { type DirectBody, directBody } from './body.js';
import { jsonPrinter, type Printer } from './json-serializer.js';
import { parseQuery } from './query.js';
import { RouteTable } from './route-table.js';

/** A request of the direct lane, ready for R. */
export interface DirectCall {
  readonly payload: Buffer;
  /** Undefined for requests that no endpoint serves: filters, files and errors take what they take. */
  readonly time: RouteTime | undefined;
}

/** plumber drops the body of these, as HTTP demands. */
const BODILESS = new Set([204, 304]);
/** Bytes of a value, and elements of a short form, that are printed here at most: every request waits meanwhile. */
const MOST_PRINTED = 1024 ** 2;
const MOST_EXPANDED = 2 ** 17;
const NOT_ASCII = /[^\x20-\x7e]/;
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

  constructor(plan: DirectPlan) {
    this.#plan = plan;
    this.#table = new RouteTable(plan);
    const { rVersion, scipen } = plan.session;
    this.#parseOptions = { rVersion, scipen };
    this.#times = plan.routes.map(() => new RouteTime());
    this.#printers = plan.serializers.map((serializer) => jsonPrinter(serializer, plan.session));
  }

  /** Why each route of the plan takes the plumber lane; undefined for those that take this one. */
  get obstacles(): readonly (string | undefined)[] {
    return this.#table.obstacles;
  }

  /** Why requests that no endpoint of the plan serves take the plumber lane, among those that begin so. */
  obstacleElsewhere(verbs: readonly string[], prefix: string): string | undefined {
    return this.#table.elsewhere(verbs, prefix);
  }

  /** What R needs to run the request, or undefined when it is to take the plumber lane. */
  call(request: IncomingMessage, body: Buffer | undefined, formJson: boolean): DirectCall | undefined {
    const url = request.url!;
    const at = url.indexOf('?');
    const match = this.#table.match(request.method!, at < 0 ? url : url.slice(0, at));
    if (match === undefined) return undefined;
    const { index, path, route } = match;
    const query = at < 0 ? '' : url.slice(at);
    if (this.#plan.session.maxRequestSize > 0 && announcesBody(request)) return undefined;
    if (!this.#plan.session.utf8 && NOT_ASCII.test(query)) return undefined;

    const jsonForm = formJson && body !== undefined && isJsonForm(request.headers['content-type'], body);
    const parsedQuery = parseQuery(query);
    const parsedBody = route === undefined ? noBody : this.#body(request, route, body, jsonForm);
    // R parses what the gateway could not, and for that, as for functions that take `req`, it needs the request.
    const whole = route?.plain !== true || parsedQuery === undefined || parsedBody.form === 'raw';
    const call: RValue[] = [
      rInteger(index),
      parsedQuery ?? rNull,
      path.length === 0 ? rNull : rString([...path]),
      rString(parsedBody.form),
      parsedBody.value,
      whole ? rookBody(body) : rNull,
      whole ? rookVariables(request, jsonForm) : rNull,
    ];
    return { payload: writeRData(rList(call)), time: this.#times[index - 1] };
  }

  /** The answer that a value frame stands for, or why R has to print it. */
  reply(payload: Buffer): Reply | NotCovered {
    if (payload.length > MOST_PRINTED) return new NotCovered('a large value');
    const list = readValue(payload);
    if (list instanceof NotCovered) return list;
    const [index, value, status, names, values] = list.values;
    const printer = this.#printers[(toPlain(index!) as number) - 1]!;
    const body = printJsonWith(value!, printer.options);
    if (body instanceof NotCovered) return body;
    const headers: [string, string][] =
      names === undefined ? [] : headerPairs(toPlain(names) as string[], toPlain(values!) as string[]);
    headers.push(['Content-Type', printer.type]);
    const code = status === undefined ? 200 : checkedStatus(toPlain(status) as number | null);
    return { status: code, headers, ...(!BODILESS.has(code) && { body }) };
  }

  #body(
    request: IncomingMessage,
    route: DirectRoute,
    body: Buffer | undefined,
    jsonForm: boolean,
  ): DirectBody {
    if (body !== undefined && body.length > 0) {
      const repeated = (request.headersDistinct['content-type']?.length ?? 0) > 1;
      if (repeated || route.ownParsers || !this.#plan.session.utf8) return rawBody;
    }
    const type = jsonForm ? 'application/json' : request.headers['content-type'];
    return directBody(body, type, this.#parseOptions);
  }
}

/** A sequence that is short as R data may be long as a vector. */
function readValue(payload: Buffer): RList | NotCovered {
  try {
    return readRData(payload, { maxExpanded: MOST_EXPANDED }) as RList;
  } catch (error) {
    if (error instanceof RDataError) return new NotCovered(error.message);
    throw error;
  }
}

/** plumber checks the size of what these headers announce. */
function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}
