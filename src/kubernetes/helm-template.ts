import { type Condition, Each, Hash, Item, Placeholder, type Template, Text, When } from './template.js';

/** One document as a Helm template. */
export function helmTemplate(template: Template): string {
  return `${block(template, '', '').join('\n')}\n`;
}

/** The condition for Helm's `if`. */
export function helmCondition(conditions: readonly Condition[], root: Root = ''): string {
  const each = conditions.map(({ path, is, isNot }) => {
    const found = reference(path, root);
    if (is !== undefined) return `eq ${found} ${JSON.stringify(is)}`;
    return isNot === undefined ? found : `ne ${found} ${JSON.stringify(isNot)}`;
  });
  return each.length === 1 ? each[0]! : `and ${each.map((one) => `(${one})`).join(' ')}`;
}

/** How to reach the chart's values: inside of `range`, `.` is the current element. */
type Root = '' | '$';

/** Values that do not come from values.yaml. */
function reference(path: string, root: Root): string {
  const all = root === '' ? '.' : root;
  if (path === 'name' || path === 'chart') return `(include "penstock.${path}" ${all})`;
  if (path === 'namespace') return `${root}.Release.Namespace`;
  return path === 'managedBy' ? `${root}.Release.Service` : `${root}.Values.${path}`;
}

/** JSON is valid YAML, so the output of toJson can be any value, and needs no indentation. */
function inline(template: Template, root: Root): string | undefined {
  if (template instanceof Placeholder) return `{{ toJson ${reference(template.path, root)} }}`;
  if (template instanceof Hash) {
    const { of } = template;
    const found = of instanceof Text ? `(${printf(of, root)})` : reference(of.path, root);
    return `{{ sha256sum ${found} | quote }}`;
  }
  if (template instanceof Item) return `{{ toJson .${template.key} }}`;
  if (template instanceof Text) return textOf(template, root);
  if (typeof template === 'object') return undefined;
  if (typeof template === 'string' && template.includes('{{'))
    return `{{ toJson ${JSON.stringify(template)} }}`;
  // Text that starts with a letter, and that YAML does not read as another type, needs no quotes.
  const plain = typeof template === 'string' && /^[a-z][\w./-]*$/i.test(template);
  return plain && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(template)
    ? template
    : JSON.stringify(template);
}

function textOf(template: Text, root: Root): string {
  return `{{ ${printf(template, root)} | toJson }}`;
}

function printf({ parts }: Text, root: Root): string {
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%v')).join('');
  const values = parts.filter((part) => part instanceof Placeholder).map(({ path }) => reference(path, root));
  return `printf ${JSON.stringify(format)} ${values.join(' ')}`;
}

/** The lines of a map or a list. */
function block(template: Template, indent: string, root: Root): string[] {
  if (Array.isArray(template)) return template.flatMap((member) => listItem(member, indent, root));
  return Object.entries(template as Readonly<Record<string, Template>>).flatMap(([key, member]) => {
    if (member instanceof Each) return entries(member, indent, root);
    return guarded(member, root, (one) => mapMember(key, one, indent, root));
  });
}

/** The entries of a map value. */
function entries({ path }: Each, indent: string, root: Root): string[] {
  return [
    `{{- range $key, $entry := ${rangeOf(path, root)} }}`,
    `${indent}{{ toJson $key }}: {{ toJson $entry }}`,
    '{{- end }}',
  ];
}

function rangeOf(path: Each['path'], root: Root): string {
  return path instanceof Item ? `.${path.key}` : reference(path, root);
}

function mapMember(key: string, member: Template, indent: string, root: Root): string[] {
  const name = /^[\w./-]+$/.test(key) && Number.isNaN(Number(key)) ? key : JSON.stringify(key);
  const short = inline(member, root);
  if (short !== undefined) return [`${indent}${name}: ${short}`];
  if (isEmpty(member)) return [`${indent}${name}: ${Array.isArray(member) ? '[]' : '{}'}`];
  return [`${indent}${name}:`, ...block(member, `${indent}  `, root)];
}

function listItem(member: Template, indent: string, root: Root): string[] {
  return guarded(member, root, (one) => {
    if (one instanceof Each) {
      const { path, template } = one;
      const lines = template === undefined ? [`${indent}- {{ toJson . }}`] : listItem(template, indent, '$');
      return [`{{- range ${rangeOf(path, root)} }}`, ...lines, '{{- end }}'];
    }
    const short = inline(one, root);
    if (short !== undefined) return [`${indent}- ${short}`];
    if (isEmpty(one)) return [`${indent}- {}`];
    return dash(block(one, `${indent}  `, root), indent);
  });
}

/** Adds the dash to the first line of an element. The first member of an element never has a condition. */
function dash([first = '', ...rest]: readonly string[], indent: string): string[] {
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

/** Helm always has these, so they need no condition. */
const alwaysSet: ReadonlySet<string> = new Set(['chart', 'namespace']);

function guarded(template: Template, root: Root, lines: (then: Template) => string[]): string[] {
  if (!(template instanceof When)) return lines(template);
  const { conditions, otherwise, then } = template;
  if (conditions.every(({ path }) => alwaysSet.has(path))) return guarded(then, root, lines);
  return [
    `{{- if ${helmCondition(conditions, root)} }}`,
    ...guarded(then, root, lines),
    ...(otherwise === undefined ? [] : ['{{- else }}', ...guarded(otherwise, root, lines)]),
    '{{- end }}',
  ];
}

function isEmpty(template: Template): boolean {
  return Object.keys(template as object).length === 0;
}
