/** The responses of vetiver's own API other than predictions, in the same form. */
import type { Field, ServedModel } from '../../app/model-schema.js';
import type { Reply } from '../../http/reply.js';
import { jsonReply } from './reply.js';

export function ping(): Reply {
  const time = new Date().toISOString().slice(0, 19).replace('T', ' ');
  return jsonReply(JSON.stringify({ status: 'online', time }));
}

/** `list(user, version, url, required_pkgs)`. As in vetiver, vectors of one element are scalars, and NULL is null. */
export function metadata({ metadata: own, packages, version }: ServedModel): Reply {
  const { required_pkgs: needed, url, user, version: pinned } = own;
  return jsonReply(
    JSON.stringify({
      user: user ?? [],
      version: pinned ?? version,
      url: url ?? null,
      required_pkgs: needed ?? (packages.length > 1 ? packages : (packages[0] ?? null)),
    }),
  );
}

/** A data frame without rows, as the R package cereal writes it. */
export function prototype({ fields }: ServedModel): Reply {
  return jsonReply(JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, cereal(field)]))));
}

function cereal(field: Field): unknown {
  const encoded = (type: string, details: unknown = []) => ({ type, example: null, details });
  switch (field.type) {
    case 'number':
      return field.columns === undefined ? encoded('numeric') : encoded('matrix', { ncol: field.columns });
    case 'integer':
      return encoded('integer');
    case 'boolean':
      return encoded('logical');
    case 'string':
      return encoded('character');
    case 'factor':
      return encoded(field.ordered ? 'ordered' : 'factor', { levels: field.levels });
    case 'date':
      return encoded('Date');
    case 'datetime':
      return encoded('POSIXct', { tzone: field.timezone ?? 'UTC' });
  }
}
