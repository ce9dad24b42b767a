const ATTACHMENT = /^(attachment|inline); filename="?([^"]*)"?$/;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * A Content-Disposition header with a file name that all clients understand (RFC 6266): with ASCII characters for old ones,
 * and encoded for all others.
 *
 * @param value UTF-8, one character for each byte
 */
export function repairedDisposition(value: string): string {
  const [, kind, bytes] = ATTACHMENT.exec(value) ?? [];
  if (kind === undefined || bytes === undefined || ASCII.test(bytes)) return value;
  const name = Buffer.from(bytes, 'latin1').toString('utf8');
  const plain = name.replace(/[^\x20-\x7e]/gu, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
