import { randomBytes } from 'node:crypto';
import type { Kubectl } from './kubectl.js';
import { managedBy, named } from './resources/names.js';
import { resolve } from './template.js';
import type { Values } from './values.js';

/**
 * Creates the Secrets with random keys that do not exist yet: the admin token, and the key of encrypted sessions. A new
 * key would invalidate all sessions.
 *
 * @returns the names of the new Secrets
 */
export async function ensureSecrets(kubectl: Kubectl, values: Values): Promise<string[]> {
  const { admin, session } = values;
  const wanted = [
    { secret: admin.secret || (resolve(named('admin-token'), values) as string), key: admin.key },
    ...(session.secret === '' ? [] : [session]),
  ];
  const made: string[] = [];
  for (const { key, secret } of wanted) {
    if ((await kubectl.find('secret', secret)) !== undefined) continue;
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: secret,
        labels: { 'app.kubernetes.io/instance': values.name, [managedBy.key]: managedBy.value },
      },
      stringData: { [key]: randomBytes(32).toString('hex') },
    };
    await kubectl.must(['create', '--filename', '-'], JSON.stringify(object));
    made.push(secret);
  }
  return made;
}
