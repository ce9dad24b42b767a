import { basename } from 'node:path';
import { besideModel, leftOut, leftOutPaths } from '../app/app-files.js';
import type { AppLocation } from '../app/find-app.js';

/** The .dockerignore of an app: what `appFiles` leaves out, and Penstock's copy let in. */
export function dockerIgnore({ entry, file }: AppLocation): string {
  const penstock = ['.penstock/*', '!.penstock/runtime'];
  if (entry === 'model') {
    const taken = [basename(file), ...besideModel, 'Dockerfile'].map((name) => `!${name}`);
    return lines(['*', ...taken, '!.penstock', ...penstock]);
  }
  const anywhere = leftOut.filter((name) => name !== '.penstock').map((name) => `**/${name}`);
  const paths = leftOutPaths.filter((path) => path.includes('/'));
  // Last, because Penstock's own npm packages stand in a folder of a name that is left out.
  return lines([...anywhere, ...paths, ...penstock]);
}

function lines(patterns: readonly string[]): string {
  return `# Written by Penstock: what is in the folder but no part of the image.\n${patterns.join('\n')}\n`;
}
