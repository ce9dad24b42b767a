import type { IncomingMessage } from 'node:http';
import type { DirectPlan, DirectRoute, Route } from '../../app/manifest.js';
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
  writeRDataPieces,
} from '../../rdata/index.js';
import { bufferOf, LARGE } from '../large/job.js';
import type { LargeThreads } from '../large/threads.js';
import { checkedStatus, headerPairs, type Reply, tooLarge } from '../reply.js';
import { rookBody, rookVariables } from '../rook-request.js';
import { type DirectBody, directBody } from './body.js';
import { jsonPrinter, type Printer } from './json-serializer.js';
import { parseQuery } from './query.js';
import { RouteTable } from './route-table.js';

/** A request of the direct lane, ready for R. */
export interface DirectCall {
  /** In pieces; a promise of them when a thread has to parse the body first. */
  readonly payload: readonly Buffer[] | Promise<readonly Buffer[]>;
  /** Undefined for requests that no endpoint serves: filters, files and errors take what they take. */
  readonly time: RouteTime | undefined;
}

/** plumber drops the body of these, as HTTP demands. */
const BODILESS = new Set([204, 304]);
/** Elements of short forms that are printed here at most. */
const MOST_EXPANDED = 2 ** 14;
const NOT_ASCII = /[^\x20-\x7e]/;
const NO_COOKIE = /[^\x20-\x7e]|%00/;
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

  /** @param threads for large bodies and values; without them R gets those */
  constructor(plan: DirectPlan, threads?: LargeThreads) {
    this.#plan = plan;
    this.#threads = threads;
    this.#table = new RouteTable(plan);
    const { rVersion, scipen } = plan.session;
    this.#parseOptions = { rVersion, scipen };
    this.#times = plan.routes.map(() => new RouteTime());
    this.#printers = plan.serializers.map((serializer) => jsonPrinter(serializer, plan.session));
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

    const parsedQuery = parseQuery(query);
    const parsedBody = route === undefined ? noBody : this.#body(request, route, body, jsonForm);
    // R parses what the gateway could not, and for that, as for functions that take `req`, it needs the request.
    const whole = route?.plain !== true || parsedQuery === undefined || parsedBody.form === 'raw';
    const before = [rInteger(index), parsedQuery ?? rNull, path.length === 0 ? rNull : rString([...path])];
    const time = this.#times[index - 1];
    const raw = (): RValue[] => [rookBody(body), rookVariables(request, jsonForm)];
    const { form, value } = parsedBody;
    if (form === 'large') {
      const after = whole ? raw() : [rNull, rNull];
      const rest = () => writePieces([...before, rString('raw'), rNull, ...raw()]);
      return { payload: this.#parseLarge(body!, [...before, rString('parsed')], after, rest), time };
    }
    const call = [...before, rString(form), value, ...(whole ? raw() : [rNull, rNull])];
    return { payload: form === 'raw' ? writePieces(call) : [writeRData(rList(call))], time };
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
    return result?.kind === 'parsed' ? result.pieces.map(bufferOf) : unparsed();
  }

  /**
   * The answer that a value frame stands for, or why R has to print it.
   *
   * @param limit bytes of the body at most; fails with `response_too_large`
   */
  reply(payload: Buffer, limit: number): Reply | NotCovered | Promise<Reply | NotCovered> {
    if (payload.length >= LARGE) return this.#printLarge(payload, limit);
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
    if (body !== undefined && body.length > 0) {
      const repeated = (request.headersDistinct['content-type']?.length ?? 0) > 1;
      if (repeated || route.ownParsers || !this.#plan.session.utf8) return rawBody;
    }
    const type = jsonForm ? 'application/json' : request.headers['content-type'];
    return directBody(body, type, this.#parseOptions);
  }
}

function valueReply(
  status: number | null | undefined,
  headers: [string, string][],
  printer: Printer,
  body: Pick<Reply, 'body' | 'pieces'>,
): Reply {
  headers.push(['Content-Type', printer.type]);
  const code = status === undefined ? 200 : checkedStatus(status);
  return { status: code, headers, ...(!BODILESS.has(code) && body) };
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
