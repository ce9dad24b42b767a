import { createHash } from 'node:crypto';
import { appVersion } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';
import { existingDockerfile, existingIgnore } from './context.js';

/**
 * The version of an app's image: that of the app, unless its folder has a Dockerfile or the build has arguments such as
 * another base. Then these count too, because other bytes need another tag.
 */
export async function imageVersion(
  app: AppLocation,
  args: Readonly<Record<string, string>> = {},
): Promise<string> {
  const version = await appVersion(app);
  const inputs = [existingDockerfile(app), existingIgnore(app), ...Object.entries(args).sort().flat()];
  if (inputs.every((input) => input === undefined)) return version;
  const hash = createHash('sha256').update(version);
  for (const input of inputs) hash.update(`\n${input?.length ?? 0}\n${input ?? ''}`);
  return hash.digest('hex').slice(0, 12);
}
