import { randomBytes } from 'node:crypto';
import type { Kubectl } from './kubectl.js';
import { createdBy } from './resources/names.js';
import type { Values } from './values.js';

/** Creates the key of encrypted sessions if there is none. A new key would invalidate all sessions. */
export async function ensureSessionSecret(kubectl: Kubectl, { name, session }: Values): Promise<boolean> {
  if (session.secret === '' || (await kubectl.find('secret', session.secret)) !== undefined) return false;
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: session.secret,
      labels: { 'app.kubernetes.io/name': name, [createdBy.key]: createdBy.value },
    },
    stringData: { [session.key]: randomBytes(32).toString('hex') },
  };
  await kubectl.must(['create', '--filename', '-'], JSON.stringify(secret));
  return true;
}
