import type { IncomingMessage } from 'node:http';
import { PenstockError } from '../errors.js';
import type { Reply } from '../http/reply.js';
import { pathOf } from '../lanes/app-routes.js';
import type { Lane, LaneRequest, Prepared } from '../lanes/lane.js';
import type { LeftToR } from '../lanes/large/job.js';
import type { LargeThreads } from '../lanes/large/threads.js';
import { type Frame, FrameType } from '../protocol/frame.js';
import { LARGE_BYTES } from '../protocol/shared-bytes.js';
import { ModelBatch } from './model-batch.js';
import type { ModelServer } from './model-server.js';
import { predictPayload } from './payload.js';
import { type Prediction, readPrediction } from './prediction.js';
import { isCsv, jsonLimits, keepJson, type PredictWork } from './protocols/request.js';

/** The lane of saved models: the gateway reads and prints, R runs `predict()`. */
export class ModelLane implements Lane {
  readonly #server: () => ModelServer;
  readonly #threads: LargeThreads;

  /**
   * @param server  of the models that are served at the moment
   * @param threads parse large bodies
   */
  constructor(server: () => ModelServer, threads: LargeThreads) {
    this.#server = server;
    this.#threads = threads;
  }

  prepare(request: LaneRequest): Prepared | Promise<Prepared> {
    const { body, http } = request;
    const isLarge = body !== undefined && body.length >= LARGE_BYTES && http.method === 'POST';
    if (!isLarge || isCsv(http.headers['content-type'] ?? '')) return this.#begin(request);
    return this.#threads.run({ kind: 'read', body, limits: jsonLimits }).then((result) => {
      if (result.kind === 'left-to-r') throw notRead(result);
      keepJson(body, result);
      return this.#begin(request);
    });
  }

  #begin({ body, http, id }: LaneRequest): Prepared {
    const url = http.url!;
    const path = pathOf(url);
    const query = new URLSearchParams(url.slice(path.length + 1));
    const contentType = http.headers['content-type'] ?? '';
    const answer = this.#server().answer({
      method: http.method!,
      path,
      query,
      body,
      contentType,
      requestId: id,
    });
    if ('status' in answer) return { lane: 'model', reply: answer };
    // predict() of many models fails without any rows.
    if (answer.input.rows === 0) return { lane: 'model', reply: answer.reply({ columns: [] }, 0, 0) };
    const { endpoint, input, options, reply } = answer as PredictWork;
    return {
      lane: 'model',
      type: FrameType.predict,
      payload: () => [predictPayload(endpoint.model, options, [input])],
      batch: new ModelBatch(answer),
      policy: endpoint,
      safe: true, // a prediction changes nothing
      answer: (frame) => reply(predictionFrom(frame), 0, input.rows),
    };
  }

  errorReply({ url }: IncomingMessage, error: PenstockError, id: string): Reply | undefined {
    return this.#server().errorReply(pathOf(url!), error, id);
  }
}

/** The threads are busy, or the body took one too much time or memory. */
function notRead({ busy }: LeftToR): PenstockError {
  return busy === true ? new PenstockError('queue_full') : new PenstockError('body_too_complex');
}

function predictionFrom({ payload, type }: Frame): Prediction {
  if (type === FrameType.interrupted) throw new PenstockError('prediction_failed', 'R was interrupted.');
  if (type !== FrameType.value) throw new PenstockError('prediction_failed');
  const result = readPrediction(payload);
  if ('failure' in result) throw new PenstockError('prediction_failed', result.failure);
  return result;
}
