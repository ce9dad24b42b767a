import type { Config } from '../config/load.js';
import type { Logger } from '../observe/log.js';
import type { Gate } from './gate.js';

/**
 * Undefined if no rules, proxies or certificates are configured: requests then skip the gate, and its code is not loaded.
 * Fails with `secret_unusable`.
 */
export async function gateFor(config: Config, log: Logger): Promise<Gate | undefined> {
  const { rules, tlsClientCa, trustedProxies } = config;
  if (tlsClientCa === undefined && trustedProxies === undefined && rules.length === 0) return undefined;
  const { Gate } = await import('./gate.js');
  return new Gate(config, log);
}
