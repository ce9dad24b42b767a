/** How to match the paths of an endpoint. */
export interface PathExpression {
  /** Undefined if only R can match them. */
  readonly exact: RegExp | undefined;
  /** The prefix of every matching path. */
  readonly prefix: string;
}

/** plumber's expression for a path parameter (ICU syntax), and an equivalent one for JavaScript. */
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
/** Lists of values. plumber's expressions have nested repetitions, which can take exponential time. */
const LISTS = [
  { theirs: '((?:(?:[^/]+),?)+)', ours: '([^/]+)' },
  { theirs: '((?:(?:-?\\d+),?)+)', ours: '((?:-?\\d,?)+)' },
  { theirs: '((?:(?:-?\\d*\\.?\\d+),?)+)', ours: '((?:-?\\.?\\d,?)+)' },
  same('((?:(?:[01tfTF]|true|false|TRUE|FALSE),?)+)'),
];

/** Characters with the same meaning in both syntaxes. The dot matches any character, as in plumber. */
const LITERAL = /^[A-Za-z0-9_~%!'@:,;=&/.-]*$/;
/** Characters that match themselves in every expression. */
const PLAIN = /^[A-Za-z0-9_~%!'@:,;=&/-]*/;
const REPETITION = /^[?*+{]/;
/** Placeholders for parameters and lists while a path is translated. */
const MARK = 0xe000;
const MARKS = /[\ue000-\ue0ff]/g;
const LIST_IN_TEXT = /[^/][\ue080-\ue0ff]|[\ue080-\ue0ff][^/]/;

/** Longer paths are not matched here, because matching may take quadratic time. */
const MAX_PATH_LENGTH = 1024;
/** plumber matches characters, and Node's text has one character per byte. */
const NOT_PLAIN = /[^\x21-\x7e]/;

/** Whether expressions can be matched here. Only R can match other paths. */
export function isMatchable(path: string): boolean {
  return path.length <= MAX_PATH_LENGTH && !NOT_PLAIN.test(path);
}

/** Translates one of plumber's regular expressions for paths. */
export function pathExpression(regex: string): PathExpression {
  const inner = /^\^(.*)\$$/s.exec(regex)?.[1];
  if (inner === undefined || inner.search(MARKS) >= 0) return { exact: undefined, prefix: '' };
  let text = inner;
  for (const [mark, { theirs }] of marked()) text = text.replaceAll(theirs, mark);
  const known = LITERAL.test(text.replaceAll(MARKS, '')) && !LIST_IN_TEXT.test(text);
  return { exact: known ? translated(text) : undefined, prefix: text.includes('|') ? '' : prefixOf(text) };
}

/** Whether a path can start with both prefixes. */
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
  // A repeated character may also be absent.
  return REPETITION.test(text.slice(prefix.length)) ? prefix.slice(0, -1) : prefix;
}
