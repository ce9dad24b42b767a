/**
 * npm run test:scale-out: runs replicas on separate hosts (network namespaces) behind HAProxy. Measures the throughput
 * of one to three replicas and how many requests wait although another replica has a free worker, and counts failed
 * requests while replicas start, stop and fail.
 *
 *   npm run test:scale-out                       everything
 *   npm run test:scale-out -- waits              only the waits
 *   npm run test:scale-out -- retry rolling      one scenario, with retries in the load balancer
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { connectHosts, on, removeHosts } from './network.js';
import { scenarios } from './scenarios.js';

const hosts = 6;
const missing = ['ip', 'nsenter', 'haproxy'].filter(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
);
if (process.getuid?.() !== 0 || missing.length > 0) {
  const reason = missing.length > 0 ? `${missing.join(', ')} missing` : 'requires root';
  console.log(`skipped: ${reason} (apt-get install iproute2 util-linux haproxy)`);
  process.exit(0);
}

const requested = process.argv.slice(2);
const all = Object.keys(scenarios);
const runs =
  requested.length > 0 ? [requested] : [['throughput'], ['waits'], ['retry', ...all], ['plain', ...all]];
connectHosts(hosts);
try {
  for (const words of runs) {
    const [program = '', ...before] = on('balancer');
    const tsx = [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'run.ts'), ...words];
    const { status } = spawnSync(program, [...before, ...tsx], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  removeHosts(hosts);
}
