import { basename } from 'node:path';
import { excludedNames, excludedPaths, modelCompanions } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';

/** The .dockerignore of an app. It excludes what `appFiles` excludes, and includes the copy of Penstock. */
export function dockerIgnore({ entry, file }: AppLocation): string {
  const penstock = ['.penstock/*', '!.penstock/runtime'];
  if (entry === 'model') {
    const included = [basename(file), ...modelCompanions, 'Dockerfile'].map(
      (name) => `!${name.replace(/[\\*?[\]]/g, '\\$&')}`,
    );
    return lines(['*', ...included, '!.penstock', ...penstock]);
  }
  const anywhere = excludedNames.filter((name) => name !== '.penstock').map((name) => `**/${name}`);
  const paths = excludedPaths.filter((path) => path.includes('/'));
  // The last match wins, so the copy of Penstock comes last.
  return lines([...anywhere, ...paths, ...penstock]);
}

function lines(patterns: readonly string[]): string {
  return `# Written by Penstock: files that are not part of the image.\n${patterns.join('\n')}\n`;
}
