import type { Endpoint } from '../endpoint.js';
import { rowsJson } from '../prediction.js';
import { jsonReply } from './reply.js';
import { jsonBody, type ModelRequest, type PredictWork, withFaults } from './request.js';

/** `POST /predict`, compatible with vetiver: rows in, an array of objects with `.pred` out. */
export function predict(endpoint: Endpoint, { body, query }: ModelRequest): PredictWork {
  const json = jsonBody(body);
  return withFaults((faults) => ({
    endpoint,
    options: endpoint.options(new Map(query), faults, (name) => `?${name}`),
    input: endpoint.reader.read(json, faults),
    reply: (prediction, from, to) => {
      const reply = jsonReply(rowsJson(prediction, from, to));
      reply.headers.push(['X-Model-Version', endpoint.model.version]);
      return reply;
    },
  }));
}
