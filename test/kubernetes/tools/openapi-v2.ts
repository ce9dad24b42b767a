/**
 * The API description in the format that kubectl reads: OpenAPI v2 in protobuf (gnostic's OpenAPIv2.proto). It has only
 * the parts from which kubectl learns that the server supports field validation and dry runs.
 */
export function openApiV2(
  kinds: readonly { group: string; version: string; kind: string; path: string }[],
): Buffer {
  const paths = kinds.map(({ path, ...gvk }) =>
    field(2, field(1, path), field(2, field(8, patchOperation(gvk)))),
  );
  return Buffer.concat([
    field(1, '2.0'),
    field(2, field(1, 'Kubernetes'), field(2, 'v1.34.0')),
    field(8, ...paths),
  ]);
}

function patchOperation(gvk: object): Buffer {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) =>
    // ParametersItem.parameter, Parameter.non_body_parameter, query_parameter_sub_schema: in and name.
    field(8, field(1, field(2, field(3, field(2, 'query'), field(4, name))))),
  );
  const extension = field(
    13,
    field(1, 'x-kubernetes-group-version-kind'),
    field(2, field(2, JSON.stringify(gvk))),
  );
  return Buffer.concat([...parameters, extension]);
}

/** A length-delimited protobuf field: a string, or a message made of other fields. */
function field(number: number, ...parts: readonly (string | Buffer)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
