import type { Finding } from './finding.js';

/** The least version that package.json asks for. */
const least = [20, 19] as const;

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > least[0] || (major === least[0] && minor >= least[1])) {
    return { status: 'ok', title: `Node ${version}` };
  }
  return {
    status: 'missing',
    title: `Node ${version} is too old: ${least.join('.')} or newer is needed`,
    fix: ['Install a newer Node, say from https://nodejs.org.'],
  };
}
