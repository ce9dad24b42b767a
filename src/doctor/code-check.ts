import type { Hazard } from '../app/manifest.js';
import type { RAnswer } from './ask-r.js';
import type { Finding } from './finding.js';

/** Files that R cannot parse: the app would not load. */
export function checkSyntax({ errors }: RAnswer): Finding[] {
  return errors.map(({ file, line, message }) => ({
    status: 'missing',
    title: line === null ? message : `R cannot parse ${file}:${line}: ${message}`,
  }));
}

/** Files outside of the app's folder are there on this machine, but not in an image. */
export function checkOutside({ outside }: RAnswer): Finding[] {
  if (outside.length === 0) return [];
  return [
    {
      status: 'note',
      title: `The app reads ${outside.length === 1 ? '1 file' : `${outside.length} files`} outside of its folder`,
      details: outside,
      fix: ["Move them into the app's folder before you build an image."],
    },
  ];
}

/** Code that does not work with several workers. With one worker, it works as under plumber. */
export function checkHazards(hazards: readonly Hazard[], workers: number): Finding[] {
  if (hazards.length === 0)
    return [{ status: 'ok', title: 'The code has no known problem with several workers' }];
  return hazards.map(({ severity, file, line, source, message, advice }) => ({
    status: severity === 'warning' && workers > 1 ? 'warning' : 'note',
    title: `${file}:${line}  ${source}`,
    details: [message],
    fix: [advice],
  }));
}
