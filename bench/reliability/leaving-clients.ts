import {
  type Answered,
  admin,
  ask,
  keepAlive,
  type ScaleNumbers,
  type Service,
  type StatusNumbers,
  until,
} from './service.js';

export interface LeavingResult {
  readonly clients: number;
  /** Time from the disconnect until all workers are idle, in ms. */
  readonly freeAfter: number;
}

/** Many clients send a request that takes 5 s, and then all disconnect at once. */
export async function leavingClients(service: Service, clients: number): Promise<LeavingResult> {
  const agent = keepAlive();
  const ignore = (_: Answered): void => {};
  const requests = Array.from({ length: clients }, () => ask(`${service.url}/nap?seconds=5`, agent, ignore));
  await until(async () => (await admin<ScaleNumbers>(service, '/scale')).ongoing === clients);
  for (const request of requests) request.destroy();
  const freeAfter = await until(async () => {
    const { workers } = await admin<StatusNumbers>(service, '/status');
    const { ongoing } = await admin<ScaleNumbers>(service, '/scale');
    return ongoing === 0 && workers.every(({ state }) => state === 'idle');
  });
  agent.destroy();
  return { clients, freeAfter };
}
