import { ask, keepAlive, quantile, residentMb, type Service } from './service.js';

export interface OverloadPlan {
  readonly workers: number;
  /** Requests that wait at most. */
  readonly queueLimit: number;
  /** Seconds that R takes for one, and how long the overload lasts. */
  readonly serviceTime: number;
  readonly seconds: number;
  /** Requests offered, as a multiple of what the workers can do. */
  readonly times: number;
}

export interface OverloadResult {
  readonly offered: number;
  readonly accepted: number;
  readonly refused: number;
  /** Answers that are neither: there should be none. */
  readonly others: number;
  /** What a request takes as a rule without a queue, in ms. */
  readonly typical: number;
  /** 99th percentiles in ms: without a queue, of accepted requests under overload, of refused ones. */
  readonly calm: number;
  readonly loaded: number;
  readonly refusal: number;
  /** Milliseconds that an accepted request may take: twice the calm time, and a whole queue of such before it. */
  readonly bound: number;
  /** Megabytes that the gateway has: medians of the second third of the time, and of the last. */
  readonly memory: readonly [second: number, last: number];
}

/** More requests than can be done, at a steady rate, whatever becomes of those before them. */
export async function overload(service: Service, plan: OverloadPlan): Promise<OverloadResult> {
  const { queueLimit, seconds, serviceTime, times, workers } = plan;
  const capacity = workers / serviceTime;
  const calm = await offered(service, plan, capacity / 2, Math.max(1, seconds / 10));
  const rest = offered(service, plan, capacity * times, seconds);
  const memory: number[] = [];
  const weigh = setInterval(() => memory.push(residentMb(service.pid)), 250);
  const answers = await rest;
  clearInterval(weigh);
  const third = Math.floor(memory.length / 3);
  const of = (status: number): number[] => answers.filter((one) => one.status === status).map(({ ms }) => ms);
  const calmTimes = calm.map(({ ms }) => ms);
  const calmTime = quantile(calmTimes, 0.99);
  const [accepted, refused] = [of(200), of(503)];
  return {
    offered: answers.length,
    accepted: accepted.length,
    refused: refused.length,
    others: answers.length - accepted.length - refused.length,
    typical: quantile(calmTimes, 0.5),
    calm: calmTime,
    loaded: quantile(accepted, 0.99),
    refusal: quantile(refused, 0.99),
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
