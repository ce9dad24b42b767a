import type { Hazard } from '../app/manifest.js';
import type { RAnswer } from './ask-r.js';
import type { Finding } from './finding.js';

/** Files that R cannot parse: the app would not load. */
export function checkSyntax({ errors }: RAnswer): Finding[] {
  return errors.map(({ file, line, message }) => ({
    status: 'missing',
    title: line === null ? message : `${file}:${line} cannot be parsed: ${message}`,
  }));
}

/** What several workers would break; with one worker it is as it was under plumber. */
export function checkHazards(hazards: readonly Hazard[], workers: number): Finding[] {
  if (hazards.length === 0)
    return [{ status: 'ok', title: 'Nothing found in the code that several workers would break' }];
  return hazards.map(({ severity, file, line, source, message, advice }) => ({
    status: severity === 'warning' && workers > 1 ? 'warning' : 'note',
    title: `${file}:${line}  ${source}`,
    details: [message],
    fix: [advice],
  }));
}
