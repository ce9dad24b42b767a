import { type Call, callList } from '../../protocol/payloads.js';
import { type RList, type RValue, rInteger, rNull, rString } from '../../rdata/index.js';

/** The parts of a call that are the request itself. */
export type WholeRequest = Pick<Call, 'fields' | 'rawBody'>;

/** For a call that is made for several requests. */
const NO_REQUEST: WholeRequest = { fields: rNull, rawBody: rNull };

/**
 * A call of a function that only takes arguments.
 *
 * @param path the texts of the path's parameters, or vectors of them
 */
export function plainCall(route: number, query: RValue, path: RValue = rNull, whole = NO_REQUEST): RList {
  const { fields, rawBody } = whole;
  return callList({
    route: rInteger(route),
    query,
    path,
    bodyForm: rString(''),
    body: rNull,
    rawBody,
    fields,
  });
}

/** NULL for none. */
export function pathTexts(path: readonly string[]): RValue {
  return path.length === 0 ? rNull : rString([...path]);
}
