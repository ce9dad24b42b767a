/** Percent-encoded letters, digits and marks, which mean the same without encoding (RFC 3986, 2.3). */
const UNRESERVED = /^[\w.~-]$/;

/** What is wrong with the path of a rule that could match no request, and what was probably meant. */
export function rulePathFault(path: string): string | undefined {
  const mark = /[?#]/.exec(path)?.[0];
  if (mark !== undefined) {
    const meant = path.slice(0, path.indexOf(mark)) || '/';
    return `rules match paths, without \`${mark}\` and what follows. Did you mean \`${meant}\`?`;
  }
  if (/%(?![\da-f]{2})|%00/i.test(path)) {
    return 'requests with this percent-encoding are rejected. Write `%25` for a percent sign.';
  }
  const segments = path.split('/').slice(1);
  const star = segments.findIndex((segment) => segment !== '*' && withoutNames(segment).includes('*'));
  if (star >= 0) {
    const before = segments.slice(0, star);
    const name = segments[star]!.replace(/\*.*/, '');
    const under = `/${[...before, ...(name === '' ? [] : [name]), '*'].join('/')}`;
    const meant =
      name === '' ? `\`${under}\`` : `\`${under}\`, which includes \`/${[...before, name].join('/')}\``;
    return `\`*\` stands for a whole segment, and at the end for everything below. Did you mean ${meant}?`;
  }
  if (segments.some((segment) => /[<>]/.test(withoutNames(segment)))) {
    return 'a parameter is written as `<name>`.';
  }
  const meant = normal(path);
  if (meant === path) return undefined;
  return `requests are matched by their normal path. Did you mean \`${meant}\`?`;
}

function withoutNames(segment: string): string {
  return segment.replace(/<[^<>]+>/g, '');
}

/** Without what a path can do without: `//`, `.` and `..` segments, backslashes, and needless percent-encoding. */
function normal(path: string): string {
  const plain = path.replace(/%([\da-f]{2})/gi, (code, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : code;
  });
  const parts: string[] = [];
  for (const part of plain.replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}${parts.length > 0 && path.endsWith('/') ? '/' : ''}`;
}
