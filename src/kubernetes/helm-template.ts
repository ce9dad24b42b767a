import { type Condition, Each, Placeholder, type Template, Text, When } from './template.js';

/** One document as a Helm template. */
export function helmTemplate(template: Template): string {
  return `${block(template, '').join('\n')}\n`;
}

/** The condition for Helm's `if`. */
export function helmCondition(conditions: readonly Condition[]): string {
  const each = conditions.map(({ path, is, isNot }) => {
    const found = reference(path);
    if (is !== undefined) return `eq ${found} ${JSON.stringify(is)}`;
    return isNot === undefined ? found : `ne ${found} ${JSON.stringify(isNot)}`;
  });
  return each.length === 1 ? each[0]! : `and ${each.map((one) => `(${one})`).join(' ')}`;
}

/** The name and the namespace come from the release. */
function reference(path: string): string {
  if (path === 'name') return '.Release.Name';
  return path === 'namespace' ? '.Release.Namespace' : `.Values.${path}`;
}

/** JSON is valid YAML, so the output of toJson can be any value, and needs no indentation. */
function inline(template: Template): string | undefined {
  if (template instanceof Placeholder) return `{{ toJson ${reference(template.path)} }}`;
  if (template instanceof Text) return textOf(template);
  if (typeof template === 'object') return undefined;
  // Text that starts with a letter, and that YAML does not read as another type, needs no quotes.
  const plain = typeof template === 'string' && /^[a-z][\w./-]*$/i.test(template);
  return plain && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(template)
    ? template
    : JSON.stringify(template);
}

function textOf({ parts }: Text): string {
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%v')).join('');
  const values = parts.filter((part) => part instanceof Placeholder).map(({ path }) => reference(path));
  return `{{ printf ${JSON.stringify(format)} ${values.join(' ')} | toJson }}`;
}

/** The lines of a map or a list. */
function block(template: Template, indent: string): string[] {
  if (Array.isArray(template)) return template.flatMap((item) => listItem(item, indent));
  return Object.entries(template as Readonly<Record<string, Template>>).flatMap(([key, member]) =>
    member instanceof When
      ? guarded(member, (then) => mapMember(key, then, indent))
      : mapMember(key, member, indent),
  );
}

function mapMember(key: string, member: Template, indent: string): string[] {
  const name = /^[\w./-]+$/.test(key) && Number.isNaN(Number(key)) ? key : JSON.stringify(key);
  const short = inline(member);
  if (short !== undefined) return [`${indent}${name}: ${short}`];
  if (isEmpty(member)) return [`${indent}${name}: ${Array.isArray(member) ? '[]' : '{}'}`];
  return [`${indent}${name}:`, ...block(member, `${indent}  `)];
}

function listItem(item: Template, indent: string): string[] {
  if (item instanceof When) return guarded(item, (then) => listItem(then, indent));
  if (item instanceof Each) {
    return [`{{- range ${reference(item.path)} }}`, `${indent}- {{ toJson . }}`, '{{- end }}'];
  }
  const short = inline(item);
  if (short !== undefined) return [`${indent}- ${short}`];
  if (isEmpty(item)) return [`${indent}- {}`];
  return dash(block(item, `${indent}  `), indent);
}

/** Adds the dash to the first line of an element. The first member of an element never has a condition. */
function dash([first = '', ...rest]: readonly string[], indent: string): string[] {
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

function guarded({ conditions, then }: When, lines: (then: Template) => string[]): string[] {
  return [`{{- if ${helmCondition(conditions)} }}`, ...lines(then), '{{- end }}'];
}

function isEmpty(template: Template): boolean {
  return Object.keys(template as object).length === 0;
}
