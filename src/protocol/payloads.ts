import { type RList, type RValue, rList } from '../rdata/index.js';

const value = ['serializer', 'value', 'status', 'headerNames', 'headerValues'] as const;

/**
 * Payloads to a worker that are lists without names, which would take longer to send than the values. Their parts are
 * known by their place. `r/protocol.R` is generated from these and from `frame.ts` (`npm run docs`).
 */
export const partsToWorker = {
  /** `fields`: the variables of the request by name, serialized; `body`: raw bytes, NULL, or the path of a file with them. */
  request: ['fields', 'body'],

  /**
   * - `route`: place in the plan of the direct lane, from 1; 0 if no endpoint serves the request
   * - `query`: the parsed query, or NULL if R has to parse QUERY_STRING
   * - `path`: the texts that match the parameters of the path, or NULL
   * - `bodyForm`: "" for no body, "parsed", or "raw" if R has to parse it
   * - `body`: the parsed body
   * - `rawBody`: its bytes, NULL, or the path of a file with them
   * - `fields`: the variables of the request by name, serialized; NULL if the call is made for several requests
   */
  call: ['route', 'query', 'path', 'bodyForm', 'body', 'rawBody', 'fields'],

  /** `joined`: one call for all requests; `sizes`: the number of items of each; `calls`: a call for each. */
  batch: ['joined', 'sizes', 'calls'],

  /** `model`: its key; `options`: list(type, interval, level); `data`: a data frame. */
  predict: ['model', 'options', 'data'],

  /** A value that came from a worker. */
  print: value,
} as const;

/** The same from a worker. */
export const partsFromWorker = {
  /**
   * `serializer`: its place in the plan, from 1. The last three parts are left out if the app has set neither status
   * nor headers.
   */
  value,

  /** The value that answers `predict`. `message` is left out unless the prediction failed. */
  prediction: ['columns', 'message'],

  /**
   * The value that answers `batch`. `answers`: for each request an answer as below, NULL for its part of the value as
   * it is, or "alone" if the request must run alone. A batch that failed has one part: why, or "" if its own error
   * says so.
   */
  batchValue: ['serializer', 'value', 'answers'],

  /**
   * An answer of a batch. `kind`: "part" for its part of the value, with the status and headers of a `value` payload;
   * "value" or "response" for a serialized `value` or `result` payload of its own.
   */
  batchAnswer: ['kind', 'answer'],
} as const;

/** The parts of a `call` payload. */
export type Call = Record<(typeof partsToWorker.call)[number], RValue>;

/** In the order of `partsToWorker.call`, written out since it runs for each request. */
export function callList({ body, bodyForm, fields, path, query, rawBody, route }: Call): RList {
  return rList([route, query, path, bodyForm, body, rawBody, fields]);
}
