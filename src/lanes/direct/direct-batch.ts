import type { DirectRoute } from '../../app/manifest.js';
import type { Batchable, MergedCall, Split } from '../../dispatch/batch.js';
import type { BatchPolicy } from '../../dispatch/batch-policy.js';
import type { Reply } from '../../http/reply.js';
import { NotCovered } from '../../json/index.js';
import { type Frame, FrameType } from '../../protocol/frame.js';
import { type RValue, rInteger, rList, rNull, rString, writeRData } from '../../rdata/index.js';
import { readRow } from './batch-row.js';
import { asDataFrame, asList, frameRows, members, type Shapes, type Table, table } from './batch-shape.js';

const NONE = Buffer.alloc(0);

/** A route whose handler is vectorised, as `@batch` says. */
export interface BatchRoute {
  readonly index: number;
  readonly route: DirectRoute;
  readonly policy: BatchPolicy;
  /** Texts for the shapes of its items, none of which another route's can have. */
  readonly shapes: Shapes;
  /** Cuts the value of an answer into replies for so many items each; what R has answered otherwise as it is. */
  readonly answer: AnswerReader;
}

export interface AnswerReader {
  /** The replies to requests of so many items each, or why there are none. */
  split(frame: Frame, items: readonly number[]): Split;
  /** The same for the answer to a batch frame. */
  splitSurrounded(frame: Frame, items: readonly number[]): Split;
  /** The reply to one request. */
  whole(frame: Frame): Reply | NotCovered;
}

/** A request that is a set of items, and what it takes to run it alone. */
export interface BatchCall {
  readonly batch: Batchable;
  /** Its own call, where that is not the ordinary one. */
  readonly payload?: () => Buffer;
}

/** What is known of a request when it might be batched. */
export interface BatchInput {
  readonly query: RValue;
  /** The texts of the path's parameters. */
  readonly path: readonly string[];
  /** Its own call, of it alone, with another body if one is given. */
  readonly call: (body?: RValue) => RValue;
  /** NULL for none. */
  readonly body: RValue;
  /** The bytes that the body was read from. */
  readonly bytes: Buffer | undefined;
  /** What R needs besides, for a handler that takes the request. */
  readonly request: () => readonly [body: RValue, fields: RValue];
  /** What requests must have in common besides their items, for such a handler. */
  readonly context: string;
}

/** How a request joins others; undefined when it has to be run as it is. */
export function batchCall(to: BatchRoute, input: BatchInput): BatchCall | undefined {
  const joined = formCall(to, input);
  if (joined === undefined || !to.route.batch!.surrounded) return joined;
  const { batch, body } = joined;
  const own = () => input.call(body);
  return {
    batch: new SurroundedBatch(to, batch, own),
    ...(body !== undefined && { payload: () => writeRData(own()) }),
  };
}

interface FormCall extends BatchCall {
  readonly batch: RouteBatch;
  /** What stands for the request's own body in its own call. */
  readonly body?: RValue;
}

function formCall(to: BatchRoute, input: BatchInput): FormCall | undefined {
  switch (to.route.batch!.form) {
    case 'arguments':
      return argumentsCall(to, input);
    case 'table':
      return tableCall(to, input, to.route.batch!.argument!);
    case 'body':
      return bodyCall(to, input);
  }
}

/**
 * The same for a JSON body that is one item of a usual form, and all that the request brings: read without making R
 * values of its members one by one. Undefined does not mean that it can't be batched.
 */
export function quickBatchCall(to: BatchRoute, bytes: Buffer): BatchCall | undefined {
  const { argument, form, surrounded } = to.route.batch!;
  if (form === 'body' || surrounded || to.route.pathNames.length > 0) return undefined;
  const row = readRow(bytes, argument);
  if (row === undefined) return undefined;
  return form === 'table'
    ? framesCall(to, row, argument!, [], [])
    : listCall(to, pick(row, to.route.formals));
}

function pick(row: Table, formals: readonly string[]): Table {
  const places = row.names.map((_, i) => i).filter((i) => formals.includes(row.names[i]!));
  places.sort((a, b) => (row.names[a]! < row.names[b]! ? -1 : 1));
  return {
    names: places.map((i) => row.names[i]!),
    types: places.map((i) => row.types[i]!),
    row: places.map((i) => row.row![i]!),
    items: 1,
  };
}

/** plumber's order: the query's come first. A name that is in both is an argument given twice. */
function argumentsOf({ body, query }: BatchInput): Map<string, RValue> | undefined {
  const fromQuery = members(query);
  const fromBody = members(body);
  if (fromQuery === undefined || fromBody === undefined) return undefined;
  const all = new Map(fromQuery);
  for (const [name, value] of fromBody) {
    if (all.has(name)) return undefined;
    all.set(name, value);
  }
  return all;
}

function argumentsCall(to: BatchRoute, input: BatchInput): FormCall | undefined {
  const all = argumentsOf(input);
  if (all === undefined) return undefined;
  const taken = [...all].filter(([name]) => takes(to.route, name)).sort(byName);
  const { pathNames } = to.route;
  const columns = new Map([
    ...taken,
    ...pathNames.map((name, i) => [name, rString(input.path[i]!)] as const),
  ]);
  if (columns.size < taken.length + pathNames.length) return undefined; // one is given twice
  const items = table(columns);
  return items && listCall(to, items);
}

function listCall(to: BatchRoute, items: Table): FormCall | undefined {
  if (items.names.length === 0) return undefined;
  return { batch: new ListBatch(to, to.shapes.of(items), items) };
}

/** Whether the function takes an argument of the request by this name. */
function takes({ formals }: DirectRoute, name: string): boolean {
  return formals.includes(name) && name !== 'req' && name !== 'res';
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function tableCall(to: BatchRoute, input: BatchInput, argument: string): FormCall | undefined {
  const all = argumentsOf(input);
  if (all === undefined) return undefined;
  // A body that does not name the argument is the table.
  const named = all.get(argument);
  const inQuery = named === undefined ? members(input.query)! : all;
  const columns = members(named ?? input.body);
  const items = columns && table(columns);
  if (items === undefined) return undefined;
  const others = [...inQuery].filter(([name]) => name !== argument && takes(to.route, name)).sort(byName);
  const joined = framesCall(to, items, argument, others, input.path);
  return joined && { ...joined, ...(named === undefined && { body: rList([input.body], [argument]) }) };
}

function framesCall(
  to: BatchRoute,
  items: Table,
  argument: string,
  others: readonly (readonly [name: string, value: RValue])[],
  path: readonly string[],
): FormCall | undefined {
  if (items.names.length === 0) return undefined;
  let key = to.shapes.of(items) + path.map((text) => `/${text}`).join('');
  if (others.length > 0) {
    const names = others.map(([name]) => JSON.stringify(name)).join();
    key += `|${names}|${writeRData(rList(others.map(([, value]) => value))).toString('latin1')}`;
  }
  const batch = new FrameBatch(to, key, items, argument, others, path);
  return { batch, payload: () => writeRData(batch.joined([batch])) };
}

/**
 * A call of a function that takes only arguments.
 *
 * @param path the texts of the path's parameters, or vectors of them
 */
function plainCall(index: number, args: RValue, path: RValue = rNull): RValue {
  return rList([rInteger(index), args, path, rString(''), rNull, rNull, rNull]);
}

/** NULL for none. */
export function pathTexts(path: readonly string[]): RValue {
  return path.length === 0 ? rNull : rString([...path]);
}

/** Bodies that are arrays of rows become one such array. */
function bodyCall(to: BatchRoute, input: BatchInput): FormCall | undefined {
  const { body, bytes, context } = input;
  if (bytes === undefined) return undefined;
  const rows = frameRows(body);
  const columns = rows === undefined ? undefined : members(body);
  const items = columns && table(columns);
  const from = bytes.indexOf('[');
  const end = bytes.lastIndexOf(']');
  if (items === undefined || items.items !== rows || from < 0) return undefined;
  const inner = bytes.subarray(from + 1, end);
  return { batch: new BodyBatch(to, `${to.shapes.of(items)}|${context}`, items, inner, input) };
}

abstract class RouteBatch implements Batchable {
  readonly key: string;
  readonly items: number;
  readonly policy: BatchPolicy;
  protected readonly to: BatchRoute;

  constructor(to: BatchRoute, key: string, items: number) {
    this.key = key;
    this.items = items;
    this.policy = to.policy;
    this.to = to;
  }

  /** One call of the function for all of them. */
  abstract joined(jobs: readonly Batchable[]): RValue;

  merge(jobs: readonly Batchable[]): MergedCall {
    const sizes = jobs.map(({ items }) => items);
    return {
      type: FrameType.call,
      payload: [writeRData(this.joined(jobs))],
      split: (frame) => this.to.answer.split(frame, sizes),
    };
  }

  succeeded(alone: Frame): boolean {
    const reply = this.to.answer.whole(alone);
    return !(reply instanceof NotCovered) && reply.status < 400;
  }

  isSame(part: unknown, alone: Frame): boolean {
    const reply = this.to.answer.whole(alone);
    const mine = part as Reply;
    if (reply instanceof NotCovered) return true;
    return reply.status === mine.status && Buffer.compare(reply.body ?? NONE, mine.body ?? NONE) === 0;
  }
}

/** Each column is an argument. */
class ListBatch extends RouteBatch {
  readonly table: Table;

  constructor(to: BatchRoute, key: string, items: Table) {
    super(to, key, items.items);
    this.table = items;
  }

  override joined(jobs: readonly Batchable[]): RValue {
    const columns = asList((jobs as readonly ListBatch[]).map((job) => job.table));
    const inPath = this.to.route.pathNames.length;
    if (inPath === 0) return plainCall(this.to.index, columns);
    const { values } = columns;
    const args = rList(values.slice(0, -inPath), this.table.names.slice(0, -inPath));
    return plainCall(this.to.index, args, rList(values.slice(-inPath)));
  }
}

/** The table is one argument, beside others that are the same for all. */
class FrameBatch extends RouteBatch {
  readonly table: Table;
  readonly #argument: string;
  readonly #others: readonly (readonly [name: string, value: RValue])[];
  readonly #path: readonly string[];

  constructor(
    to: BatchRoute,
    key: string,
    items: Table,
    argument: string,
    others: readonly (readonly [name: string, value: RValue])[],
    path: readonly string[],
  ) {
    super(to, key, items.items);
    this.table = items;
    this.#argument = argument;
    this.#others = others;
    this.#path = path;
  }

  override joined(jobs: readonly Batchable[]): RValue {
    const tables = (jobs as readonly FrameBatch[]).map((job) => job.table);
    const names = [this.#argument, ...this.#others.map(([name]) => name)];
    const values = [asDataFrame(tables), ...this.#others.map(([, value]) => value)];
    return plainCall(this.to.index, rList(values, names), pathTexts(this.#path));
  }
}

class BodyBatch extends RouteBatch {
  readonly rows: Table;
  readonly inner: Buffer;
  readonly #input: BatchInput;

  constructor(to: BatchRoute, key: string, rows: Table, inner: Buffer, input: BatchInput) {
    super(to, key, rows.items);
    this.rows = rows;
    this.inner = inner;
    this.#input = input;
  }

  /** The request of the first, with the body of all. */
  override joined(jobs: readonly Batchable[]): RValue {
    const all = jobs as readonly BodyBatch[];
    const pieces: Buffer[] = [];
    for (const { inner } of all) pieces.push(Buffer.from(pieces.length === 0 ? '[' : ','), inner);
    const bytes = Buffer.concat([...pieces, Buffer.from(']')]);
    const { path, query, request } = this.#input;
    const [, fields] = request();
    const body = asDataFrame(all.map(({ rows }) => rows));
    const raw: RValue = { type: 'raw', values: bytes, attributes: undefined };
    return rList([rInteger(this.to.index), query, pathTexts(path), rString('parsed'), body, raw, fields]);
  }
}

/** A request around whose handler R does all else by itself, as `r/direct-batch.R` says. */
class SurroundedBatch extends RouteBatch {
  readonly inner: RouteBatch;
  readonly call: () => RValue;

  constructor(to: BatchRoute, inner: RouteBatch, call: () => RValue) {
    super(to, inner.key, inner.items);
    this.inner = inner;
    this.call = call;
  }

  override joined(jobs: readonly Batchable[]): RValue {
    const all = jobs as readonly SurroundedBatch[];
    const joined = this.inner.joined(all.map(({ inner }) => inner));
    return rList([joined, rInteger(all.map(({ items }) => items)), rList(all.map(({ call }) => call()))]);
  }

  override merge(jobs: readonly Batchable[]): MergedCall {
    const sizes = jobs.map(({ items }) => items);
    return {
      ...super.merge(jobs),
      type: FrameType.batch,
      split: (frame) => this.to.answer.splitSurrounded(frame, sizes),
    };
  }
}
