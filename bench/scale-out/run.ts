/** Runs in the network namespace of the load balancer: `run.ts retry|plain SCENARIO…`, `run.ts throughput` or `run.ts waits WORD…`. */
import { configurationFor, shippedConfiguration } from './balancing.js';
import { LoadBalancer } from './load-balancer.js';
import { Cluster, scenarios, throughput, underLoad } from './scenarios.js';
import { describeWaits, measureWaits } from './waits.js';

const [mode = '', ...names] = process.argv.slice(2);
const hosts = 6;
const minimumRequests = 5000;

if (mode === 'waits') await compareWaits();
else {
  const configuration = configurationFor(hosts, { algorithm: 'leastconn', retry: mode !== 'plain' });
  await withCluster(configuration, 4, mode === 'throughput' ? measureThroughput : runScenarios);
}

async function withCluster(
  configuration: string,
  workers: number,
  act: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const balancer = new LoadBalancer(configuration);
  const cluster = new Cluster(balancer, workers);
  try {
    await act(cluster);
  } finally {
    await Promise.all([...cluster.replicas.values()].map((replica) => replica.stop()));
    await balancer.stop();
  }
}

/** Three replicas of two workers. */
async function compareWaits(): Promise<void> {
  console.log(
    '| HAProxy | calls that waited over 0.1 s in a replica | longest wait of a slow call | of a fast call | failed |\n| --- | --- | --- | --- | --- |',
  );
  const replicas = [1, 2, 3];
  for (const [name, configuration] of [
    ['random, like a Service', configurationFor(3, { algorithm: 'random(1)' })],
    ['least connections', configurationFor(3, { algorithm: 'leastconn' })],
    ['a queue in HAProxy', configurationFor(3, { algorithm: 'leastconn', most: 2 })],
    ['--balancer haproxy', shippedConfiguration(3)],
  ] as const) {
    if (names.length > 0 && !names.some((word) => name.includes(word))) continue;
    await withCluster(configuration, 2, async (cluster) => {
      await cluster.add(...replicas);
      console.log(`| ${name} | ${describeWaits(await measureWaits(replicas))} |`);
    });
  }
}

async function measureThroughput(cluster: Cluster): Promise<void> {
  const workers = 4;
  console.log('| replicas | workers | requests/s | of the theoretical maximum |\n| --- | --- | --- | --- |');
  for (const replicas of [1, 2, 3]) {
    await cluster.add(replicas);
    const rate = await throughput(replicas * workers * 2, replicas * 500);
    const bound = (replicas * workers) / 0.05;
    const share = `${Math.round((100 * rate) / bound)} %`;
    console.log(`| ${replicas} | ${replicas * workers} | ${rate.toFixed(0)} | ${share} |`);
  }
}

async function runScenarios(cluster: Cluster): Promise<void> {
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
