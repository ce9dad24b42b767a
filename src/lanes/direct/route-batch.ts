import type { DirectRoute } from '../../app/manifest.js';
import type { Batchable, MergedCall, Split } from '../../dispatch/batch.js';
import type { BatchPolicy } from '../../dispatch/batch-policy.js';
import type { Reply } from '../../http/reply.js';
import { NotCovered } from '../../json/index.js';
import { type Frame, FrameType } from '../../protocol/frame.js';
import { callList } from '../../protocol/payloads.js';
import { type RValue, rInteger, rList, rNull, rString, writeRData } from '../../rdata/index.js';
import type { DirectAnswers } from './answers.js';
import { asDataFrame, asList, type Table } from './batch-shape.js';
import { pathTexts, plainCall, type WholeRequest } from './call.js';
import { splitAnswer, splitFilteredAnswer } from './split-answer.js';

const NONE = Buffer.alloc(0);

/** The route of the requests in a batch. */
interface Target {
  readonly index: number;
  readonly route: DirectRoute;
  readonly policy: BatchPolicy;
  readonly answers: DirectAnswers;
}

/** A request of a batched route. Requests with the same key can be joined. */
export abstract class RouteBatch implements Batchable {
  readonly key: string;
  readonly items: number;
  readonly policy: BatchPolicy;
  protected readonly to: Target;

  constructor(to: Target, key: string, items: number) {
    this.key = key;
    this.items = items;
    this.policy = to.policy;
    this.to = to;
  }

  /** One call of the function for all jobs. */
  abstract joined(jobs: readonly Batchable[]): RValue;

  merge(jobs: readonly Batchable[]): MergedCall {
    const sizes = jobs.map(({ items }) => items);
    return {
      type: FrameType.call,
      payload: [writeRData(this.joined(jobs))],
      split: (frame): Split => splitAnswer(frame, sizes, this.to.answers),
    };
  }

  succeeded(alone: Frame): boolean {
    const reply = this.to.answers.whole(alone);
    return !(reply instanceof NotCovered) && reply.status < 400;
  }

  isSame(part: unknown, alone: Frame): boolean {
    const reply = this.to.answers.whole(alone);
    const mine = part as Reply;
    if (reply instanceof NotCovered) return true;
    return reply.status === mine.status && Buffer.compare(reply.body ?? NONE, mine.body ?? NONE) === 0;
  }
}

/** A batch in which each column is an argument. */
export class ListBatch extends RouteBatch {
  readonly table: Table;

  constructor(to: Target, key: string, items: Table) {
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

interface FrameArguments {
  /** Name of the argument that gets the table. */
  readonly argument: string;
  /** The other arguments, the same for all requests of a batch. */
  readonly others: readonly (readonly [name: string, value: RValue])[];
  readonly path: readonly string[];
}

/** A batch in which the table is one argument. The other arguments are the same for all requests. */
export class FrameBatch extends RouteBatch {
  readonly table: Table;
  readonly #arguments: FrameArguments;

  constructor(to: Target, key: string, items: Table, args: FrameArguments) {
    super(to, key, items.items);
    this.table = items;
    this.#arguments = args;
  }

  /** @param whole the request, if there is only one */
  override joined(jobs: readonly Batchable[], whole?: WholeRequest): RValue {
    const { argument, others, path } = this.#arguments;
    const tables = (jobs as readonly FrameBatch[]).map((job) => job.table);
    const names = [argument, ...others.map(([name]) => name)];
    const values = [asDataFrame(tables), ...others.map(([, value]) => value)];
    return plainCall(this.to.index, rList(values, names), pathTexts(path), whole);
  }
}

/** What a `BodyBatch` needs from the request. */
interface BodyInput {
  readonly query: RValue;
  readonly path: readonly string[];
}

/** A batch in which the handler itself reads the body, an array of rows. */
export class BodyBatch extends RouteBatch {
  readonly rows: Table;
  /** The bytes of the body between its brackets. */
  readonly inner: Buffer;
  readonly #input: BodyInput;

  constructor(to: Target, key: string, rows: Table, inner: Buffer, input: BodyInput) {
    super(to, key, rows.items);
    this.rows = rows;
    this.inner = inner;
    this.#input = input;
  }

  /** The query and the path, which are the same for all jobs, with the bodies of all jobs. */
  override joined(jobs: readonly Batchable[]): RValue {
    const all = jobs as readonly BodyBatch[];
    const pieces: Buffer[] = [];
    for (const { inner } of all) pieces.push(Buffer.from(pieces.length === 0 ? '[' : ','), inner);
    const bytes = Buffer.concat([...pieces, Buffer.from(']')]);
    const { path, query } = this.#input;
    return callList({
      route: rInteger(this.to.index),
      query,
      path: pathTexts(path),
      bodyForm: rString('parsed'),
      body: asDataFrame(all.map(({ rows }) => rows)),
      rawBody: { type: 'raw', values: bytes, attributes: undefined },
      fields: rNull,
    });
  }
}

/** A batch of a route with filters, hooks or `req`. R runs these for each request: see `r/direct/batch.R`. */
export class FilteredBatch extends RouteBatch {
  readonly inner: RouteBatch;
  readonly call: () => RValue;

  constructor(to: Target, inner: RouteBatch, call: () => RValue) {
    super(to, inner.key, inner.items);
    this.inner = inner;
    this.call = call;
  }

  override joined(jobs: readonly Batchable[]): RValue {
    const all = jobs as readonly FilteredBatch[];
    const joined = this.inner.joined(all.map(({ inner }) => inner));
    return rList([joined, rInteger(all.map(({ items }) => items)), rList(all.map(({ call }) => call()))]);
  }

  override merge(jobs: readonly Batchable[]): MergedCall {
    const sizes = jobs.map(({ items }) => items);
    return {
      ...super.merge(jobs),
      type: FrameType.batch,
      split: (frame): Split => splitFilteredAnswer(frame, sizes, this.to.answers),
    };
  }
}
