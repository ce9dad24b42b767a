import { readFileSync } from 'node:fs';
import type { AppLocation } from './find-app.js';

/** The R package that serves an app; plumber for saved models, which do not need it. */
export function enginePackage({ entry, file }: AppLocation): string {
  switch (entry) {
    case 'server':
      return /^engine\s*:\s*["']?([\w.]+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 'httpuv';
    case 'script':
      return 'httpuv';
    case 'plumber2':
      return 'plumber2';
    default:
      return 'plumber';
  }
}
