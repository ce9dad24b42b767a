/** Tensors of the Open Inference Protocol V2. Each field is a tensor of shape [rows]. */
import type { Field, Output } from '../../app/model-schema.js';
import type { ColumnSet } from '../columns.js';
import type { Endpoint } from '../endpoint.js';
import { type Faults, member } from '../fault.js';
import { columnJson, type Prediction } from '../prediction.js';

const datatypes = new Set([
  'BOOL',
  ...['UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64'],
  ...['FP16', 'FP32', 'FP64', 'BYTES'],
]);

interface Tensor {
  readonly path: string;
  readonly name: string;
  readonly shape: readonly number[];
  /** In row-major order, without nesting. */
  readonly data: readonly unknown[];
}

const nothing: ColumnSet = { rows: 0, columns: [], ignored: [] };

/** Reads `inputs`: one tensor per field, or a single tensor with the fields as columns. */
export function readTensors(inputs: unknown, endpoint: Endpoint, faults: Faults): ColumnSet {
  if (!Array.isArray(inputs)) {
    faults.add('inputs', 'missing', 'must be an array of tensors');
    return nothing;
  }
  const before = faults.count;
  const tensors = inputs.map((input: unknown, i) => readTensor(input, `inputs[${i}]`, faults));
  if (faults.count > before) return nothing;
  const known = tensors as Tensor[];
  const { fields } = endpoint.model;
  const [first] = known;
  const plain = fields.every((field) => field.columns === undefined);
  const whole = plain && known.length === 1 && first!.shape.length === 2 && first!.shape[1] === fields.length;
  if (whole && (fields.length > 1 || first!.name !== fields[0]!.name))
    return readMatrix(first!, endpoint, faults);

  const places = new Map(known.map(({ name, path }) => [name, `${path}.data`]));
  const widths = new Map(fields.map(({ columns = 1, name }) => [name, columns]));
  const columns = new Map<string, readonly unknown[]>();
  for (const { data, name, path, shape } of known) {
    const width = widths.get(name) ?? 1;
    const fits = (shape.length === 1 && width === 1) || (shape.length === 2 && shape[1] === width);
    const expected = width === 1 ? '[rows] or [rows, 1]' : `[rows, ${width}]`;
    if (!fits) faults.add(`${path}.shape`, 'shape', `must be ${expected} for ${JSON.stringify(name)}`);
    columns.set(name, width === 1 ? data : rowsOf(data, width));
  }
  return endpoint.columns(columns, faults, (name) => places.get(name) ?? member('inputs', name));
}

function rowsOf(data: readonly unknown[], width: number): unknown[][] {
  return Array.from({ length: data.length / width }, (_, row) => data.slice(row * width, (row + 1) * width));
}

function readMatrix({ data, path, shape }: Tensor, endpoint: Endpoint, faults: Faults): ColumnSet {
  const { fields } = endpoint.model;
  const rows = shape[0]!;
  const columns = new Map(
    fields.map(({ name }, f) => [
      name,
      Array.from({ length: rows }, (_, row) => data[row * fields.length + f]),
    ]),
  );
  return endpoint.columns(columns, faults, (name) => member(`${path}.data`, name));
}

function readTensor(input: unknown, path: string, faults: Faults): Tensor | undefined {
  const { data, datatype, name, shape } = (input ?? {}) as Record<string, unknown>;
  const before = faults.count;
  if (typeof name !== 'string') faults.add(`${path}.name`, 'missing', 'must be the name of a field');
  if (typeof datatype !== 'string' || !datatypes.has(datatype)) {
    faults.add(`${path}.datatype`, 'level', `must be one of ${[...datatypes].join(', ')}`);
  }
  if (!isShape(shape)) faults.add(`${path}.shape`, 'type', 'must be an array of whole numbers');
  if (!Array.isArray(data))
    faults.add(`${path}.data`, 'missing', 'must be an array; binary tensors are not supported');
  if (faults.count > before) return undefined;
  const flat = (data as unknown[]).flat(Number.POSITIVE_INFINITY) as unknown[];
  const size = (shape as number[]).reduce((product, length) => product * length, 1);
  if (flat.length !== size) {
    faults.add(`${path}.data`, 'shape', `must have ${size} values to match its shape, not ${flat.length}`);
    return undefined;
  }
  return { path, name: name as string, shape: shape as number[], data: flat };
}

function isShape(shape: unknown): boolean {
  return Array.isArray(shape) && shape.length > 0 && shape.every((n) => Number.isInteger(n) && n >= 0);
}

/** The `outputs` of a response as JSON. `wanted` names the requested outputs; by default all. */
export function tensorsJson(
  { columns }: Prediction,
  from: number,
  to: number,
  wanted: readonly string[] | undefined,
): string {
  const tensors = columns
    .filter(({ name }) => wanted === undefined || wanted.includes(name))
    .map((column) => {
      const head = JSON.stringify({ ...tensorOf(column), shape: [to - from] });
      return `${head.slice(0, -1)},"data":${columnJson(column, from, to)}}`;
    });
  return `[${tensors.join(',')}]`;
}

/** The metadata of a column. */
export function tensorOf(column: Field | Output): { name: string; datatype: string; shape: number[] } {
  const width = 'columns' in column ? column.columns : undefined;
  return {
    name: column.name,
    datatype: datatypeOf(column.type),
    shape: width === undefined ? [-1] : [-1, width],
  };
}

function datatypeOf(type: Field['type'] | Output['type']): string {
  switch (type) {
    case 'number':
    case 'double':
      return 'FP64';
    case 'integer':
      return 'INT32';
    case 'boolean':
    case 'logical':
      return 'BOOL';
    default:
      return 'BYTES';
  }
}
