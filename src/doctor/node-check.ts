import type { Finding } from './finding.js';

/** The minimum version, as in package.json. */
const minimum = [20, 19] as const;

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) {
    return { status: 'ok', title: `Node ${version}` };
  }
  return {
    status: 'missing',
    title: `Node ${version} is too old: Penstock requires ${minimum.join('.')} or later`,
    fix: ['Install a newer Node, for example from https://nodejs.org.'],
  };
}
