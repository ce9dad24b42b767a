/** The path as a file system would read it, or software that decodes it first. */
export function plainPath(path: string): string {
  const local = path.replace(/^[a-z][\w+.-]*:\/\/[^/]*/i, '');
  if (!/%|\\|\/\/|\/\.|^[^/]/.test(local)) return local;
  const decoded = local.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const parts: string[] = [];
  for (const part of decoded.replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/**
 * The pattern of a rule's path. `/a/*` matches /a and everything under it. Elsewhere, `*` or `<name>` matches any one
 * segment. A slash at the end makes no difference.
 */
export function pathPattern(pattern: string): RegExp {
  if (pattern === '/*') return /^/;
  const parts = pattern.replace(/\/$/, '').split('/').slice(1);
  const under = parts.at(-1) === '*';
  const source = (under ? parts.slice(0, -1) : parts)
    .map((part) =>
      part === '*' || /^<.*>$/.test(part) ? '/[^/]+' : `/${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
    )
    .join('');
  return new RegExp(`^${source}${under ? '(/.*)?' : '/?'}$`, 's');
}
