import { setTimeout as sleep } from 'node:timers/promises';
import { SteadyLoad } from '../../test/support/steady-load.js';
import { balancerUrl, type LoadBalancer } from './load-balancer.js';
import { setCable } from './network.js';
import { Replica } from './replica.js';

const waitUrl = `${balancerUrl}/wait`;

/** The requests of a scenario. */
export interface Outcome {
  readonly name: string;
  readonly requests: number;
  readonly lost: number;
  /** The lost requests by reason. */
  readonly failed: ReadonlyMap<string, number>;
}

/** The running replicas by host. */
export class Cluster {
  readonly replicas = new Map<number, Replica>();
  readonly balancer: LoadBalancer;
  readonly #workers: number;

  /** @param workers the number of R processes of a replica */
  constructor(balancer: LoadBalancer, workers: number) {
    this.balancer = balancer;
    this.#workers = workers;
  }

  async add(...hosts: number[]): Promise<void> {
    for (const host of hosts) this.replicas.set(host, new Replica(host, this.#workers));
    await Promise.all(hosts.map((host) => this.replicas.get(host)!.ready()));
    await this.balancer.sees(this.replicas.size);
  }

  async remove(...hosts: number[]): Promise<void> {
    for (const host of hosts) {
      const code = await this.replicas.get(host)!.stop();
      if (code !== 0) throw new Error(`a replica exited with code ${code}`);
      this.replicas.delete(host);
    }
  }
}

type Scenario = readonly [name: string, act: (cluster: Cluster) => Promise<void>];

/** All scenarios start and end with three replicas on hosts 1, 2 and 3. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  rolling: [
    'every replica replaced, one after another, new one first',
    async (cluster) => {
      for (const host of [1, 2, 3]) {
        await cluster.add(host + 3);
        await cluster.remove(host);
      }
      await cluster.add(1, 2, 3);
      await cluster.remove(4, 5, 6);
    },
  ],
  killed: [
    'a replica killed with SIGKILL and started again',
    async (cluster) => {
      await sleep(2000);
      await cluster.replicas.get(2)!.kill();
      await cluster.add(2);
    },
  ],
  cable: [
    'network of a replica cut for 5 s',
    async (cluster) => {
      await sleep(2000);
      setCable(3, 'down');
      await sleep(5000);
      setCable(3, 'up');
      await cluster.balancer.sees(3);
    },
  ],
  scale: [
    'from 3 replicas to 6 and back',
    async (cluster) => {
      await cluster.add(4, 5, 6);
      await cluster.remove(4, 5, 6);
    },
  ],
};

/** Sends requests in a closed loop from before the scenario until after it, and at least `minimum` requests. */
export async function underLoad(cluster: Cluster, [name, act]: Scenario, minimum: number): Promise<Outcome> {
  const load = new SteadyLoad({ url: waitUrl, clients: 24, answer: '["done"]' });
  await load.answered(100);
  await act(cluster);
  await load.answered(minimum);
  const { answered, failed } = await load.stop();
  const lost = [...failed.values()].reduce((sum, count) => sum + count, 0);
  return { name, requests: answered + lost, lost, failed };
}

/** Requests per second with more clients than workers. */
export async function throughput(clients: number, requests: number): Promise<number> {
  const load = new SteadyLoad({ url: waitUrl, clients, answer: '["done"]' });
  await load.answered(clients);
  const [began, before] = [performance.now(), load.counts.answered];
  await load.answered(before + requests);
  const rate = (load.counts.answered - before) / ((performance.now() - began) / 1000);
  await load.stop();
  return rate;
}
