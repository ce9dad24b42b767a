import { createHash, randomBytes } from 'node:crypto';

/** Prefix of every key. Secret scanners can recognise it, and the gateway tells keys from tokens by it. */
export const KEY_PREFIX = 'psk_';

/** Creates an API key with 256 random bits, and its line for the key file. */
export function newKey(name: string, expires: string | undefined): { key: string; line: string } {
  const key = `${KEY_PREFIX}${randomBytes(32).toString('base64url')}`;
  const digest = createHash('sha256').update(key).digest('hex');
  const end = expires === undefined ? '' : ` expires=${expires}`;
  return { key, line: `${name} sha256:${digest}${end}` };
}
