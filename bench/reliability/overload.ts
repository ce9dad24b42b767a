import { ask, keepAlive, quantile, residentMb, type Service } from './service.js';

export interface OverloadPlan {
  readonly workers: number;
  readonly queueLimit: number;
  /** Time that R takes for a request, in seconds. */
  readonly serviceTime: number;
  /** Duration of the overload. */
  readonly seconds: number;
  /** The request rate, as a multiple of the capacity of the workers. */
  readonly times: number;
}

export interface OverloadResult {
  readonly offered: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Answers that are neither, which are unexpected. */
  readonly others: number;
  /** Median latency without overload, in ms. */
  readonly typical: number;
  /** 99th percentiles in ms: without overload, and of accepted and rejected requests under overload. */
  readonly calm: number;
  readonly loaded: number;
  readonly rejection: number;
  /** Limit for `loaded`: twice `calm`, plus a full queue of such requests, in ms. */
  readonly bound: number;
  /** Memory of the gateway in MB: medians of the second and the last third of the time. */
  readonly memory: readonly [second: number, last: number];
}

/** Sends more requests than the workers can run, at a constant rate, without waiting for earlier answers. */
export async function overload(service: Service, plan: OverloadPlan): Promise<OverloadResult> {
  const { queueLimit, seconds, serviceTime, times, workers } = plan;
  const capacity = workers / serviceTime;
  const calm = await offered(service, plan, capacity / 2, Math.max(1, seconds / 10));
  const rest = offered(service, plan, capacity * times, seconds);
  const memory: number[] = [];
  const sampler = setInterval(() => memory.push(residentMb(service.pid)), 250);
  const answers = await rest;
  clearInterval(sampler);
  const third = Math.floor(memory.length / 3);
  const of = (status: number): number[] => answers.filter((one) => one.status === status).map(({ ms }) => ms);
  const calmTimes = calm.map(({ ms }) => ms);
  const calmTime = quantile(calmTimes, 0.99);
  const [accepted, rejected] = [of(200), of(503)];
  return {
    offered: answers.length,
    accepted: accepted.length,
    rejected: rejected.length,
    others: answers.length - accepted.length - rejected.length,
    typical: quantile(calmTimes, 0.5),
    calm: calmTime,
    loaded: quantile(accepted, 0.99),
    rejection: quantile(rejected, 0.99),
    bound: 2 * calmTime + (queueLimit / workers) * calmTime,
    memory: [quantile(memory.slice(third, -third), 0.5), quantile(memory.slice(-third), 0.5)],
  };
}

async function offered(
  { url }: Service,
  { serviceTime }: OverloadPlan,
  perSecond: number,
  seconds: number,
): Promise<{ status: number; ms: number }[]> {
  const agent = keepAlive();
  const answers: { status: number; ms: number }[] = [];
  const total = Math.floor(perSecond * seconds);
  const start = performance.now();
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * perSecond) + 1);
    for (; sent < due; sent++) {
      ask(`${url}/nap?seconds=${serviceTime}`, agent, (answer) => answers.push(answer));
    }
    await pause(1);
  }
  while (answers.length < total) await pause(10);
  agent.destroy();
  return answers;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
