/** The path as a file system would read it, or software that decodes it first. */
export function plainPath(path: string): string {
  if (!/%|\\|\/\/|\/\.|^[^/]/.test(path)) return path;
  const parts: string[] = [];
  for (const part of decoded(path).replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Decodes percent-encoding, to one character per byte. */
export function decoded(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
