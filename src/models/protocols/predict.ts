import type { Endpoint } from '../endpoint.js';
import { rowsJson } from '../prediction.js';
import { jsonReply } from './reply.js';
import { type ModelRequest, nameIgnored, type PredictWork, rowsBody, withFaults } from './request.js';

/** `POST /predict`, compatible with vetiver: rows in, an array of objects with `.pred` out. */
export function predict(endpoint: Endpoint, request: ModelRequest): PredictWork {
  const body = rowsBody(request, endpoint.model.fields);
  return withFaults((faults) => {
    const options = endpoint.options(new Map(request.query), faults, (name) => `?${name}`);
    const input = endpoint.read(body, faults);
    return {
      endpoint,
      options,
      input,
      reply: (prediction, from, to) => {
        const reply = jsonReply(rowsJson(prediction, from, to));
        reply.headers.push(['X-Model-Version', endpoint.model.version]);
        nameIgnored(reply, input);
        return reply;
      },
    };
  });
}
