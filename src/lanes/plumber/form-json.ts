import { isUtf8 } from 'node:buffer';

/**
 * The one default deviation from plumber: a body that is labelled a form, as curl labels every body unless told
 * otherwise, but is one JSON object or array, is read as JSON.
 */
export function isJsonForm(type: string | undefined, body: Buffer): boolean {
  if (!mayBeJsonForm(type, body) || !isUtf8(body)) return false;
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** By its label and its beginning. */
export function mayBeJsonForm(type: string | undefined, body: Buffer): boolean {
  if (type === undefined || !/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return false;
  const first = body.toString('latin1', 0, 64).trimStart()[0];
  return first === '{' || first === '[';
}
