import { randomBytes } from 'node:crypto';
import type { Kubectl } from './kubectl.js';
import { madeBy } from './resources/names.js';
import type { Values } from './values.js';

/** Makes the key of encrypted sessions, once: with another one, everybody's session would be gone. */
export async function ensureSessionSecret(kubectl: Kubectl, { name, session }: Values): Promise<boolean> {
  if (session.secret === '' || (await kubectl.find('secret', session.secret)) !== undefined) return false;
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: session.secret,
      labels: { 'app.kubernetes.io/name': name, [madeBy.key]: madeBy.value },
    },
    stringData: { [session.key]: randomBytes(32).toString('hex') },
  };
  await kubectl.must(['create', '--filename', '-'], JSON.stringify(secret));
  return true;
}
