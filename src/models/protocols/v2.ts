/** The Open Inference Protocol V2 over REST, which KServe and others use. */
import type { PenstockError } from '../../errors.js';
import type { Reply } from '../../http/reply.js';
import { version } from '../../version.js';
import type { Endpoint } from '../endpoint.js';
import { Faults, meantInstead } from '../fault.js';
import type { Prediction } from '../prediction.js';
import { jsonReply } from './reply.js';
import {
  inputInvalid,
  jsonBody,
  type ModelRequest,
  nameIgnored,
  type PredictWork,
  withFaults,
} from './request.js';
import { readTensors, tensorOf, tensorsJson } from './tensor.js';

export function serverMetadata(): Reply {
  return jsonReply(JSON.stringify({ name: 'penstock', version, extensions: [] }));
}

export function live(): Reply {
  return jsonReply('{"live":true}');
}

export function ready(isReady: boolean): Reply {
  return jsonReply(JSON.stringify({ ready: isReady }), isReady ? 200 : 503);
}

export function modelReady(name: string, isReady: boolean): Reply {
  return jsonReply(JSON.stringify({ name, ready: isReady }), isReady ? 200 : 503);
}

export function modelMetadata({ model }: Endpoint, versions: readonly Endpoint[]): Reply {
  return jsonReply(
    JSON.stringify({
      name: model.name,
      versions: versions.map((one) => one.model.version),
      platform: `r_${model.classes[0]}`,
      inputs: model.fields.map(tensorOf),
      outputs: model.outputs.map(tensorOf),
    }),
  );
}

export function infer(endpoint: Endpoint, { body, requestId }: ModelRequest): PredictWork {
  const json = jsonBody(body);
  return withFaults((faults) => {
    const { id, inputs, outputs, parameters } = (json ?? {}) as Record<string, unknown>;
    const asked = new Map(isObject(parameters) ? Object.entries(parameters) : []);
    asked.delete('binary_data_output'); // outputs are always JSON
    const wanted = Array.isArray(outputs) && outputs.length > 0 ? outputs.map(nameOf) : undefined;
    const { name, version: modelVersion } = endpoint.model;
    const head = {
      model_name: name,
      model_version: modelVersion,
      id: typeof id === 'string' ? id : requestId,
    };
    const options = endpoint.options(asked, faults, (parameter) => `parameters.${parameter}`);
    const input = readTensors(inputs, endpoint, faults);
    return {
      endpoint,
      options,
      input,
      reply: (prediction, from, to) => {
        // Returned, not thrown: other requests of the batch may be valid.
        const error = to > from ? unknownOutput(prediction, wanted) : undefined;
        if (error !== undefined) return errorReply(error, requestId);
        const start = JSON.stringify(head).slice(0, -1);
        const reply = jsonReply(`${start},"outputs":${tensorsJson(prediction, from, to, wanted)}}`);
        nameIgnored(reply, input);
        return reply;
      },
    };
  });
}

/** The outputs depend on the type of prediction, so only the prediction itself shows them. */
function unknownOutput({ columns }: Prediction, wanted: readonly string[] = []): PenstockError | undefined {
  const names = columns.map(({ name }) => name);
  const faults = new Faults();
  wanted.forEach((name, i) => {
    if (names.includes(name)) return;
    const message = `must be one of ${names.join(', ')}${meantInstead(name, names)}`;
    faults.add(`outputs[${i}].name`, 'level', message);
  });
  return faults.count === 0 ? undefined : inputInvalid(faults);
}

/** An error of the protocol is an object whose `error` is the message. */
export function errorReply({ code, entry, message, more }: PenstockError, requestId: string): Reply {
  return jsonReply(JSON.stringify({ error: message, code, ...more, requestId }), entry.status ?? 500);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(output: unknown): string {
  return String((output as { name?: unknown } | null)?.name);
}
