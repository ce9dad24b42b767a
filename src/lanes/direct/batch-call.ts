import type { DirectRoute } from '../../app/manifest.js';
import type { Batchable } from '../../dispatch/batch.js';
import type { BatchPolicy } from '../../dispatch/batch-policy.js';
import { type RValue, rList, rString, writeRData } from '../../rdata/index.js';
import type { DirectAnswers } from './answers.js';
import { readRow } from './batch-row.js';
import { frameRows, members, type Shapes, type Table, table } from './batch-shape.js';
import type { WholeRequest } from './call.js';
import { BodyBatch, FilteredBatch, FrameBatch, ListBatch, type RouteBatch } from './route-batch.js';

/** A route with `@batch`, whose handler is vectorised. */
export interface BatchRoute {
  readonly index: number;
  readonly route: DirectRoute;
  readonly policy: BatchPolicy;
  /** Keys for the shapes of its items, unique to the route. */
  readonly shapes: Shapes;
  readonly answers: DirectAnswers;
}

/** A request that runs alone. */
export interface AloneInput {
  /** Makes the request's own call, optionally with another body. */
  readonly call: (body?: RValue) => RValue;
  /** The whole request, for functions that look at it. */
  readonly whole: () => WholeRequest;
}

/** A request that may be batched. */
export interface BatchInput extends AloneInput {
  readonly query: RValue;
  /** The path parameters, as text. */
  readonly path: readonly string[];
  /** NULL if there is none. */
  readonly body: RValue;
  /** The unparsed body. */
  readonly bytes: Buffer | undefined;
  /** For such handlers: what else the requests of a batch must have in common. */
  readonly context: string;
}

/** A request that can be batched, and its call if it runs alone. */
export interface BatchCall {
  readonly batch: Batchable;
  readonly payload: () => Buffer;
}

interface Joined {
  readonly batch: RouteBatch;
  /** Replaces the body in the request's own call. */
  readonly body?: RValue;
}

/** How to batch a request; undefined if it can't be batched. */
export function batchCall(to: BatchRoute, input: BatchInput): BatchCall | undefined {
  const joined = join(to, input);
  if (joined === undefined) return undefined;
  const { batch, body } = joined;
  if (!to.route.batch!.filtered) {
    return { batch, payload: alonePayload(batch, input) };
  }
  const own = () => input.call(body);
  return { batch: new FilteredBatch(to, batch, own), payload: () => writeRData(own()) };
}

/**
 * A faster version for a request whose only input is one item as simple JSON. It does not create R values for the
 * single members. If it returns undefined, `batchCall` may still be able to batch the request.
 */
export function quickBatchCall(to: BatchRoute, bytes: Buffer, input: AloneInput): BatchCall | undefined {
  const { argument, form, filtered } = to.route.batch!;
  if (form === 'body' || filtered || to.route.pathNames.length > 0) return undefined;
  const row = readRow(bytes, argument);
  if (row === undefined) return undefined;
  const joined =
    form === 'table' ? joinFrame(to, row, argument!, [], []) : joinList(to, pick(row, to.route.formals));
  if (joined === undefined) return undefined;
  const { batch } = joined;
  return { batch, payload: alonePayload(batch, input) };
}

/** A function that gets a table gets one with the rows of this request. */
function alonePayload(batch: RouteBatch, input: AloneInput): () => Buffer {
  return () => writeRData(batch instanceof FrameBatch ? batch.joined([batch], input.whole()) : input.call());
}

function join(to: BatchRoute, input: BatchInput): Joined | undefined {
  switch (to.route.batch!.form) {
    case 'arguments':
      return joinArguments(to, input);
    case 'table':
      return joinTable(to, input, to.route.batch!.argument!);
    case 'body':
      return joinBody(to, input);
  }
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

/** In plumber's order, with those of the query first. Undefined if an argument is given twice. */
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

function joinArguments(to: BatchRoute, input: BatchInput): Joined | undefined {
  const all = argumentsOf(input);
  if (all === undefined) return undefined;
  const taken = [...all].filter(([name]) => takes(to.route, name)).sort(byName);
  const { pathNames } = to.route;
  const columns = new Map([
    ...taken,
    ...pathNames.map((name, i) => [name, rString(input.path[i]!)] as const),
  ]);
  if (columns.size < taken.length + pathNames.length) return undefined; // an argument is given twice
  const items = table(columns);
  return items && joinList(to, items);
}

function joinList(to: BatchRoute, items: Table): Joined | undefined {
  if (items.names.length === 0) return undefined;
  return { batch: new ListBatch(to, to.shapes.of(items), items) };
}

/** Whether the function has an argument of this name that comes from the request. */
function takes({ formals }: DirectRoute, name: string): boolean {
  return formals.includes(name) && name !== 'req' && name !== 'res';
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function joinTable(to: BatchRoute, input: BatchInput, argument: string): Joined | undefined {
  const all = argumentsOf(input);
  if (all === undefined) return undefined;
  // If the body has no member with the argument's name, the body itself is the table.
  const named = all.get(argument);
  const inQuery = named === undefined ? members(input.query)! : all;
  const columns = members(named ?? input.body);
  const items = columns && table(columns);
  if (items === undefined) return undefined;
  const others = [...inQuery].filter(([name]) => name !== argument && takes(to.route, name)).sort(byName);
  const joined = joinFrame(to, items, argument, others, input.path);
  return joined && { ...joined, ...(named === undefined && { body: rList([input.body], [argument]) }) };
}

function joinFrame(
  to: BatchRoute,
  items: Table,
  argument: string,
  others: readonly (readonly [name: string, value: RValue])[],
  path: readonly string[],
): Joined | undefined {
  if (items.names.length === 0) return undefined;
  let key = to.shapes.of(items) + path.map((text) => `/${text}`).join('');
  if (others.length > 0) {
    const names = others.map(([name]) => JSON.stringify(name)).join();
    key += `|${names}|${writeRData(rList(others.map(([, value]) => value))).toString('latin1')}`;
  }
  return { batch: new FrameBatch(to, key, items, { argument, others, path }) };
}

/** Joins bodies that are arrays of rows into one array. */
function joinBody(to: BatchRoute, input: BatchInput): Joined | undefined {
  const { body, bytes, context } = input;
  if (bytes === undefined) return undefined;
  const rows = frameRows(body);
  const columns = rows === undefined ? undefined : members(body);
  const items = columns && table(columns);
  const from = bytes.indexOf('[');
  if (items === undefined || items.items !== rows || from < 0) return undefined;
  const inner = bytes.subarray(from + 1, bytes.lastIndexOf(']'));
  return { batch: new BodyBatch(to, `${to.shapes.of(items)}|${context}`, items, inner, input) };
}
