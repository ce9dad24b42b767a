/** Reads schemas of an OpenAPI specification. */

/** @param {object} part an object that may be a `$ref` */
export function resolve(spec, part) {
  let found = part;
  for (let depth = 0; depth < 10 && found?.$ref !== undefined; depth++) {
    found = found.$ref
      .replace(/^#\//, '')
      .split('/')
      .reduce((at, name) => at?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], spec);
  }
  return found ?? {};
}

export function isFile(schema) {
  const one = schema.type === 'array' ? (schema.items ?? {}) : schema;
  return one.format === 'binary' || one.format === 'byte';
}

/** An example value for a schema. */
export function exampleOf(spec, schema, depth = 0) {
  const of = resolve(spec, schema);
  if (of.example !== undefined) return of.example;
  if (of.default !== undefined) return of.default;
  if (of.enum !== undefined) return of.enum[0];
  const choice = of.oneOf?.[0] ?? of.anyOf?.[0] ?? of.allOf?.[0];
  if (choice !== undefined) return exampleOf(spec, choice, depth + 1);
  if (depth > 6) return null;
  switch (of.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(of.properties ?? {}).map(([name, one]) => [name, exampleOf(spec, one, depth + 1)]),
      );
    case 'array':
      return [exampleOf(spec, of.items ?? {}, depth + 1)];
    case 'integer':
    case 'number':
      return of.minimum ?? 1;
    case 'boolean':
      return true;
    case 'string':
      return { date: '2026-01-31', 'date-time': '2026-01-31T12:00:00Z' }[of.format] ?? '';
    default:
      return {};
  }
}

/** The body that an operation accepts, as JSON if possible. */
export function bodyOf(spec, operation) {
  const { content } = resolve(spec, operation.requestBody ?? {});
  if (content === undefined) return undefined;
  const types = Object.keys(content);
  const hasFile =
    types.includes('multipart/form-data') &&
    fieldsOf(spec, content['multipart/form-data'].schema).some(({ schema }) => isFile(schema));
  const type = hasFile ? 'multipart/form-data' : (types.find((one) => one.includes('json')) ?? types[0]);
  if (type === undefined) return undefined;
  const { example, examples, schema = {} } = content[type];
  const given = example ?? Object.values(examples ?? {})[0]?.value;
  return { type, schema, example: given ?? exampleOf(spec, schema) };
}

/** The fields of an object, or of the objects in an array. */
export function fieldsOf(spec, schema) {
  const of = resolve(spec, schema ?? {});
  const choice = of.oneOf?.[0] ?? of.anyOf?.[0];
  if (choice !== undefined) return fieldsOf(spec, choice);
  if (of.type === 'array') return fieldsOf(spec, of.items);
  const required = new Set(of.required ?? []);
  return Object.entries(of.properties ?? {}).map(([name, one]) => ({
    name,
    required: required.has(name),
    schema: resolve(spec, one),
  }));
}
