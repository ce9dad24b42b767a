import type { Field, Output, ServedModel } from '../../app/model-schema.js';
import { version } from '../../version.js';
import type { Endpoint } from '../endpoint.js';
import type { ModelRegistry } from '../registry.js';

type Schema = Record<string, unknown>;

const json = (schema: Schema, example?: unknown): Schema => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
});
const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** `/openapi.json`: the paths of all models, with their inputs. */
export function openApi(registry: ModelRegistry): Schema {
  const { only } = registry;
  const main = only === undefined ? undefined : registry.main(only);
  const paths: Record<string, Schema> = {};
  if (main !== undefined) Object.assign(paths, modelPaths(main, '', ''));
  for (const name of registry.names) {
    const tag = encodeURIComponent(name);
    Object.assign(paths, modelPaths(registry.main(name), `/models/${tag}`, name));
    for (const endpoint of registry.versions(name)) {
      const own = `${name} ${endpoint.model.version}`;
      const address = `/models/${tag}/versions/${encodeURIComponent(endpoint.model.version)}`;
      Object.assign(paths, modelPaths(endpoint, address, own));
    }
  }
  return {
    openapi: '3.0.3',
    info: {
      title: `${only ?? 'Penstock'} model API`,
      description: main?.model.description ?? `${registry.names.length} models`,
      version: main?.model.version ?? version,
    },
    paths: {
      ...paths,
      '/ping': { get: operation('Health check', 'ping', json({ type: 'object' })) },
      ...v2Paths(registry),
    },
    components: { schemas: componentSchemas },
  };
}

function modelPaths({ model }: Endpoint, address: string, suffix: string): Record<string, Schema> {
  const id = (what: string) => (suffix === '' ? what : `${what} ${suffix}`);
  return {
    [`${address}/predict`]: {
      post: {
        operationId: id('predict'),
        summary: `Return predictions from model using ${model.fields.length} features`,
        parameters: queryParameters(model),
        requestBody: { required: true, content: json(inputSchema(model), [exampleRow(model)]) },
        responses: {
          200: { description: 'One object for each row', content: json(outputSchema(model.outputs)) },
          400: { description: 'The body is not JSON', content: json(reference('Error')) },
          422: { description: 'The input does not fit the model', content: json(reference('InputError')) },
          500: { description: 'predict() failed', content: json(reference('Error')) },
        },
      },
    },
    [`${address}/metadata`]: {
      get: operation('Metadata of the model', id('metadata'), json({ type: 'object' })),
    },
    [`${address}/prototype`]: {
      get: operation('Names and types of the input', id('prototype'), json({ type: 'object' })),
    },
  };
}

function operation(summary: string, operationId: string, content: Schema): Schema {
  return { operationId, summary, responses: { 200: { description: 'OK', content } } };
}

function queryParameters({ intervals, options, parameters, rDefault, types }: ServedModel): Schema[] {
  const parameter = (name: string, description: string, schema: Schema) => ({
    name,
    in: 'query',
    description,
    schema,
  });
  const list: Schema[] = [];
  const byDefault = options.type ?? rDefault;
  if (types === undefined || types.length > 0) {
    list.push(
      parameter('type', 'Type of the prediction', {
        type: 'string',
        ...(types !== undefined && { enum: types }),
        ...(byDefault !== undefined && { default: byDefault }),
      }),
    );
  }
  if (intervals.length > 0) {
    const bounds = { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true };
    list.push(
      parameter('interval', 'Kind of interval to return with each prediction', {
        type: 'string',
        enum: intervals,
      }),
      parameter('level', 'Level of the interval', { ...bounds, default: 0.95 }),
    );
  }
  for (const { name, words } of parameters) {
    const number = { type: 'number', minimum: 0 };
    const schema = words.length === 0 ? number : { oneOf: [number, { type: 'string', enum: words }] };
    list.push(parameter(name, `Argument \`${name}\` of predict()`, schema));
  }
  return list;
}

/** One row, rows or columns. */
function inputSchema({ extraFields, fields }: ServedModel): Schema {
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const object = (of: (field: Field) => Schema): Schema => ({
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, of(field)])),
    ...(required.length > 0 && { required }),
    ...(extraFields === 'refuse' && { additionalProperties: false }),
  });
  const row = object(valueSchema);
  return {
    oneOf: [
      { title: 'Rows', type: 'array', items: row },
      { title: 'One row', ...row },
      { title: 'Columns', ...object((field) => ({ type: 'array', items: valueSchema(field) })) },
    ],
  };
}

function valueSchema(field: Field): Schema {
  const { columns, ...element } = field;
  if (columns !== undefined) {
    const { example: row } = element;
    const items = { type: 'number', ...(element.nulls && { nullable: true }) };
    return { type: 'array', items, minItems: columns, maxItems: columns, example: row };
  }
  const { example, levels, max, min, nulls, seen, values } = field;
  const type = { number: 'number', integer: 'integer', boolean: 'boolean' }[field.type as string] ?? 'string';
  const choices = levels ?? values;
  const format = { date: 'date', datetime: 'date-time' }[field.type as string];
  return {
    type,
    ...(format !== undefined && { format }),
    ...(choices !== undefined && { enum: nulls ? [...choices, null] : choices }),
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
    ...(nulls && { nullable: true }),
    ...(seen !== undefined && { description: `${seen.min} to ${seen.max} in the training data` }),
    example,
  };
}

function outputSchema(outputs: readonly Output[]): Schema {
  const types: Record<Output['type'], string> = {
    double: 'number',
    integer: 'integer',
    logical: 'boolean',
    character: 'string',
    factor: 'string',
  };
  const properties = outputs.map(({ levels, name, type }) => [
    name,
    { type: types[type], nullable: true, ...(levels !== undefined && { enum: [...levels, null] }) },
  ]);
  return { type: 'array', items: { type: 'object', properties: Object.fromEntries(properties) } };
}

export function exampleRow({ fields }: ServedModel): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ example, name }) => [name, example]));
}

function v2Paths(registry: ModelRegistry): Record<string, Schema> {
  const object = json({ type: 'object' });
  const name = { name: 'name', in: 'path', required: true, schema: { type: 'string', enum: registry.names } };
  const get = (summary: string, operationId: string, parameters?: Schema[]): Schema => ({
    get: { ...operation(summary, operationId, object), ...(parameters && { parameters }) },
  });
  return {
    '/v2': get('Server metadata (Open Inference Protocol V2)', 'v2Server'),
    '/v2/health/live': get('Server liveness', 'v2Live'),
    '/v2/health/ready': get('Server readiness', 'v2Ready'),
    '/v2/models/{name}': get('Model metadata: inputs and outputs', 'v2Model', [name]),
    '/v2/models/{name}/ready': get('Model readiness', 'v2ModelReady', [name]),
    '/v2/models/{name}/infer': {
      post: {
        ...operation('Return predictions as tensors', 'v2Infer', object),
        parameters: [name],
        requestBody: { required: true, content: object },
      },
    },
  };
}

const text = { type: 'string' };
const error = {
  type: 'object',
  properties: { error: text, code: text, message: text, hint: text, requestId: text },
};
const componentSchemas = {
  Error: error,
  InputError: {
    type: 'object',
    properties: {
      ...error.properties,
      faultCount: { type: 'integer' },
      faults: {
        type: 'array',
        items: { type: 'object', properties: { path: text, code: text, message: text } },
      },
    },
  },
};
