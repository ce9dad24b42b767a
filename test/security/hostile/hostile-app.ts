import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureApp, type ServedApp, type ServeOptions, serve } from '../../support/server.js';

/** Serves an app on one worker. Its `/vault` requires a key that no client has. */
export function serveHostileApp(options: ServeOptions = {}): Promise<ServedApp> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-hostile-'));
  const config = join(folder, 'penstock.yaml');
  writeFileSync(join(folder, 'keys.txt'), `somebody sha256:${'0'.repeat(64)}\n`);
  writeFileSync(
    config,
    'access: {keys: keys.txt}\nrules: [{path: /vault/*, allow: key}, {path: /*, headers: {X-Frame-Options: DENY}}]\n',
  );
  return serve(fixtureApp('hostile.R'), {
    ...options,
    workers: 1,
    flags: [
      ...(options.flags ?? []),
      '--config',
      config,
      '--queue-limit',
      '10000',
      '--body-limit',
      '1mb',
      '--no-access-log',
    ],
  });
}
