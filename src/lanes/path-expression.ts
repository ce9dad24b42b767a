/** How the paths of an endpoint are recognised. */
export interface PathExpression {
  /** Undefined when only R can tell. */
  readonly exact: RegExp | undefined;
  /** What every path begins with that can match. */
  readonly prefix: string;
}

/** What plumber makes of a path parameter, in ICU's syntax, and what matches the same texts here. */
interface Parameter {
  readonly theirs: string;
  readonly ours: string;
}

const same = (expression: string): Parameter => ({ theirs: expression, ours: expression });
const PARAMETERS = [
  same('([^/]+)'),
  same('(-?\\d+)'),
  same('(-?\\d*\\.?\\d+)'),
  same('([01tfTF]|true|false|TRUE|FALSE)'),
];
/** Lists of values. Plumber's repeat what repeats, which can take exponential time. */
const LISTS = [
  { theirs: '((?:(?:[^/]+),?)+)', ours: '([^/]+)' },
  { theirs: '((?:(?:-?\\d+),?)+)', ours: '((?:-?\\d,?)+)' },
  { theirs: '((?:(?:-?\\d*\\.?\\d+),?)+)', ours: '((?:-?\\.?\\d,?)+)' },
  same('((?:(?:[01tfTF]|true|false|TRUE|FALSE),?)+)'),
];

/** What else of a path has the same meaning in both; the dot is any character, as in plumber. */
const LITERAL = /^[A-Za-z0-9_~%!'@:,;=&/.-]*$/;
/** Texts that stand for themselves in every expression. */
const PLAIN = /^[A-Za-z0-9_~%!'@:,;=&/-]*/;
const REPETITION = /^[?*+{]/;
/** While a path is taken apart, these stand for its parameters and for its lists. */
const MARK = 0xe000;
const MARKS = /[\ue000-\ue0ff]/g;
const LIST_IN_TEXT = /[^/][\ue080-\ue0ff]|[\ue080-\ue0ff][^/]/;

/** Translates one of plumber's regular expressions for paths. */
export function pathExpression(regex: string): PathExpression {
  const inner = /^\^(.*)\$$/s.exec(regex)?.[1];
  if (inner === undefined || inner.search(MARKS) >= 0) return { exact: undefined, prefix: '' };
  let text = inner;
  for (const [mark, { theirs }] of marked()) text = text.replaceAll(theirs, mark);
  const known = LITERAL.test(text.replaceAll(MARKS, '')) && !LIST_IN_TEXT.test(text);
  return { exact: known ? translated(text) : undefined, prefix: text.includes('|') ? '' : prefixOf(text) };
}

/** Whether there are paths that begin with both. */
export function mayMeet(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function marked(): [mark: string, parameter: Parameter][] {
  return [
    ...PARAMETERS.map((each, i): [string, Parameter] => [String.fromCharCode(MARK + i), each]),
    ...LISTS.map((each, i): [string, Parameter] => [String.fromCharCode(MARK + 0x80 + i), each]),
  ];
}

function translated(text: string): RegExp {
  let expression = text;
  for (const [mark, { ours }] of marked()) expression = expression.replaceAll(mark, ours);
  return new RegExp(`^${expression}$`);
}

function prefixOf(text: string): string {
  const prefix = PLAIN.exec(text)![0];
  // What may be repeated need not be there at all.
  return REPETITION.test(text.slice(prefix.length)) ? prefix.slice(0, -1) : prefix;
}
