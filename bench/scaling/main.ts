/** npm run model:scaling: prints the calculated tables of docs/scaling.md. */
import { meanWait, waitQuantile } from './erlang.js';
import { seeded } from './seeded.js';
import { type Policy, simulate } from './simulation.js';

const requests = 200_000;
const workersPerPod = 4;
const random = seeded(2026);
const shown = (value: number) => value.toFixed(value < 0.0995 ? 3 : 2);

console.log('Time in the queue, in units of the service time: mean, and 99th percentile\n');
console.log(
  '| workers | at 50 % | at 70 % | at 80 % | at 90 % | at 95 % |\n| --- | --- | --- | --- | --- | --- |',
);
for (const workers of [1, 2, 4, 16, 64, 400, 4000]) {
  const cells = [0.5, 0.7, 0.8, 0.9, 0.95].map(
    (utilization) =>
      `${shown(meanWait(workers, utilization))}, ${shown(waitQuantile(workers, utilization, 0.99))}`,
  );
  console.log(`| ${workers} | ${cells.join(' | ')} |`);
}

console.log(
  `\n99th percentile for pods with ${workersPerPod} workers at 80 %, by policy of the load balancer (simulated)\n`,
);
const policies: Policy[] = ['one queue', 'least connections', 'two choices', 'round robin', 'random'];
console.log(`| pods | ${policies.join(' | ')} |\n| --- |${' --- |'.repeat(policies.length)}`);
for (const pods of [1, 3, 10, 100, 1000]) {
  const cells = policies.map((policy) =>
    shown(simulate({ pods, workersPerPod, utilization: 0.8, policy, requests, random }).p99),
  );
  console.log(`| ${pods} | ${cells.join(' | ')} |`);
}

console.log('\nThe same if one request in ten takes 20 times as long as the others (simulated)\n');
const mixed = (next: () => number) => (next() < 0.1 ? 20 : 1) / 2.9;
console.log(`| pods | ${policies.join(' | ')} |\n| --- |${' --- |'.repeat(policies.length)}`);
for (const pods of [1, 3, 10, 100]) {
  const cells = policies.map((policy) =>
    shown(simulate({ pods, workersPerPod, utilization: 0.8, policy, requests, random, service: mixed }).p99),
  );
  console.log(`| ${pods} | ${cells.join(' | ')} |`);
}
