import { callList } from '../../protocol/payloads.js';
import { type RList, type RValue, rInteger, rNull, rString } from '../../rdata/index.js';

/**
 * A call of a function that only takes arguments.
 *
 * @param path the texts of the path's parameters, or vectors of them
 */
export function plainCall(route: number, query: RValue, path: RValue = rNull): RList {
  return callList({
    route: rInteger(route),
    query,
    path,
    bodyForm: rString(''),
    body: rNull,
    rawBody: rNull,
    fields: rNull,
  });
}

/** NULL for none. */
export function pathTexts(path: readonly string[]): RValue {
  return path.length === 0 ? rNull : rString([...path]);
}
