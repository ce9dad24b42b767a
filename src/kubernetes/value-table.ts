import { appValueTable } from './value-table/app-values.js';
import { networkValueTable } from './value-table/network-values.js';
import { podValueTable } from './value-table/pod-values.js';
import { list, type ValueEntry } from './value-table/value-entry.js';
import { type Values, valueAt } from './values.js';

/** In the order of values.yaml. */
export const valueTable: readonly ValueEntry[] = [...appValueTable, ...networkValueTable, ...podValueTable];

/** values.yaml: all values with their documentation. */
export function valuesFile(values: Values): string {
  const lines: string[] = [];
  let section: string | undefined;
  for (const { path, doc } of valueTable) {
    const [head = '', key] = path.split('.');
    const indent = key === undefined ? '' : '  ';
    if (key !== undefined && head !== section) lines.push('', `${head}:`);
    else if (key === undefined) lines.push('');
    section = key === undefined ? undefined : head;
    lines.push(`${indent}# ${doc}`, `${indent}${key ?? head}: ${JSON.stringify(valueAt(values, path))}`);
  }
  return `${lines.join('\n').trimStart()}\n`;
}

/** values.schema.json: lets Helm reject unknown values and values out of bounds. */
export function valuesSchema(): string {
  // Helm itself adds `global` to the values of a chart.
  const all = { ...propertiesOf(valueTable), global: { type: 'object' } };
  const root = { $schema: 'http://json-schema.org/draft-07/schema#', required: ['image'], ...closed(all) };
  return `${JSON.stringify(root, null, 2)}\n`;
}

/** The schema of the section `kubernetes`. */
export function sectionSchema(): object {
  const free = valueTable.filter(({ option }) => option === undefined);
  return closed({ ...propertiesOf(free), patches: list });
}

function propertiesOf(entries: readonly ValueEntry[]): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  const sections = new Map<string, Record<string, unknown>>();
  for (const { path, doc, bounds } of entries) {
    const [head = '', key] = path.split('.');
    const schema = { description: doc, ...bounds };
    if (key === undefined) properties[head] = schema;
    else {
      const section = sections.get(head) ?? {};
      section[key] = schema;
      sections.set(head, section);
      properties[head] = closed(section);
    }
  }
  return properties;
}

function closed(properties: Record<string, unknown>): object {
  return { type: 'object', additionalProperties: false, properties };
}
