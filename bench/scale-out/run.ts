/** Runs in the network namespace of the load balancer: `run.ts retry|plain SCENARIO…`, or `run.ts throughput`. */
import { LoadBalancer } from './load-balancer.js';
import { workers } from './replica.js';
import { Cluster, scenarios, throughput, underLoad } from './scenarios.js';

const [mode = '', ...names] = process.argv.slice(2);
const hosts = 6;
const minimumRequests = 5000;

const balancer = new LoadBalancer(hosts, mode !== 'plain');
const cluster = new Cluster(balancer);
try {
  if (mode === 'throughput') await measureThroughput();
  else await runScenarios();
} finally {
  await Promise.all([...cluster.replicas.values()].map((replica) => replica.stop()));
  await balancer.stop();
}

async function measureThroughput(): Promise<void> {
  console.log('| replicas | workers | requests/s | of the theoretical maximum |\n| --- | --- | --- | --- |');
  for (const replicas of [1, 2, 3]) {
    await cluster.add(replicas);
    const rate = await throughput(replicas * workers * 2, replicas * 500);
    const bound = (replicas * workers) / 0.05;
    const share = `${Math.round((100 * rate) / bound)} %`;
    console.log(`| ${replicas} | ${replicas * workers} | ${rate.toFixed(0)} | ${share} |`);
  }
}

async function runScenarios(): Promise<void> {
  const retried = mode === 'retry' ? 'retried' : 'not retried';
  await cluster.add(1, 2, 3);
  for (const name of names) {
    const scenario = scenarios[name];
    if (scenario === undefined)
      throw new Error(`unknown scenario ${name}; expected one of ${Object.keys(scenarios).join(', ')}`);
    const { failed, lost, requests, name: title } = await underLoad(cluster, scenario, minimumRequests);
    const how = [...failed].map(([reason, count]) => `${count} × ${reason.split('\n')[0]}`).join('; ');
    console.log(`| ${title} | ${retried} | ${requests} | ${lost} | ${how} |`);
    if (mode === 'retry' && lost > 0) process.exitCode = 1;
  }
}
