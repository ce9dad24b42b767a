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
  /** 99th percentiles in ms: without a queue, of accepted requests under overload, of refused ones. */
  readonly calm: number;
  readonly loaded: number;
  readonly refusal: number;
  /** Milliseconds that an accepted request may take: twice the calm time, and the whole queue before it. */
  readonly bound: number;
  /** Megabytes that the gateway has, after a tenth of the time and at the end. */
  readonly memory: readonly [early: number, late: number];
}

/** More requests than can be done, at a steady rate, whatever becomes of those before them. */
export async function overload(service: Service, plan: OverloadPlan): Promise<OverloadResult> {
  const { queueLimit, seconds, serviceTime, times, workers } = plan;
  const capacity = workers / serviceTime;
  const calm = await offered(service, plan, capacity / 2, Math.max(1, seconds / 10));
  const rest = offered(service, plan, capacity * times, seconds);
  await pause(seconds * 100);
  const early = residentMb(service.pid);
  const answers = await rest;
  const late = residentMb(service.pid);
  const of = (status: number): number[] => answers.filter((one) => one.status === status).map(({ ms }) => ms);
  const calmTime = quantile(
    calm.map(({ ms }) => ms),
    0.99,
  );
  const [accepted, refused] = [of(200), of(503)];
  return {
    offered: answers.length,
    accepted: accepted.length,
    refused: refused.length,
    others: answers.length - accepted.length - refused.length,
    calm: calmTime,
    loaded: quantile(accepted, 0.99),
    refusal: quantile(refused, 0.99),
    bound: 2 * calmTime + (queueLimit / workers) * calmTime,
    memory: [early, late],
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
