import { createHash, randomBytes } from 'node:crypto';

/** Every key begins so: that is how a scanner for secrets knows one, and the gateway tells it from a token. */
export const KEY_PREFIX = 'psk_';

/** A new API key, and the line of the file of keys that makes it good. The key has 256 random bits. */
export function newKey(name: string, expires: string | undefined): { key: string; line: string } {
  const key = `${KEY_PREFIX}${randomBytes(32).toString('base64url')}`;
  const digest = createHash('sha256').update(key).digest('hex');
  const end = expires === undefined ? '' : ` expires=${expires}`;
  return { key, line: `${name} sha256:${digest}${end}` };
}
