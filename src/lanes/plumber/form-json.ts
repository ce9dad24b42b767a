import { isUtf8 } from 'node:buffer';

/**
 * The only deviation from plumber that is on by default: a body with the type of a form, which curl sends by default,
 * is read as JSON if it is one JSON object or array.
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

/** Checks only the type and the first character. */
export function mayBeJsonForm(type: string | undefined, body: Buffer): boolean {
  if (type === undefined || !/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return false;
  const first = body.toString('latin1', 0, 64).trimStart()[0];
  return first === '{' || first === '[';
}
