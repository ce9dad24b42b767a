import { type RList, type RValue, rInteger, rList, rNull, rString } from '../../rdata/index.js';

/** The parts of a call of the direct lane, as `r/direct-request.R` reads them. */
export interface CallParts {
  /** The endpoint's index in the plan, from 1; 0 if none serves the request. */
  readonly route: number;
  /** The parsed query, or the arguments; NULL if R must parse `QUERY_STRING`. */
  readonly query: RValue;
  /** The path parameters, as text; NULL for none. */
  readonly path: RValue;
  /** How the body is sent: not at all, as a parsed value, or unparsed. */
  readonly form: '' | 'parsed' | 'raw';
  readonly body: RValue;
  readonly rawBody: RValue;
  /** The variables of the request; NULL if no function of the route takes `req`. */
  readonly request: RValue;
}

export function callList({ body, form, path, query, rawBody, request, route }: CallParts): RList {
  return rList([rInteger(route), query, path, rString(form), body, rawBody, request]);
}

/**
 * A call of a function that takes arguments only.
 *
 * @param path the path parameters, as text, or vectors of them
 */
export function plainCall(route: number, query: RValue, path: RValue = rNull): RList {
  return callList({ route, query, path, form: '', body: rNull, rawBody: rNull, request: rNull });
}

/** NULL for none. */
export function pathTexts(path: readonly string[]): RValue {
  return path.length === 0 ? rNull : rString([...path]);
}
