import { type OptionName, optionNames, variableOf } from './options.js';
import { meant, type Setting, type Settings } from './settings.js';

/** Variables under our prefix that are no options: those of our own tests, and those a worker is given. */
const internal = /^PENSTOCK_(TEST_|WORKER_(PORT|TOKEN|APP|PRELOADS|DOCUMENTS|SPARE)$)/;

/**
 * Kubernetes puts the address of a Service named "penstock" or "penstock-admin" into every pod of its namespace
 * as PENSTOCK_SERVICE_HOST, PENSTOCK_PORT=tcp://10.0.0.1:80, PENSTOCK_PORT_80_TCP_ADDR and so on.
 */
const serviceLinkName = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;
const serviceLinkValue = /^(tcp|udp|sctp):\/\/.+:\d+$/;

/**
 * Reads the PENSTOCK_* variables. An unknown one is only warned of, since other programs may use the prefix; an empty
 * one counts as not set, which is how compose files and shells spell "not set".
 */
export function readEnvironment(env: NodeJS.ProcessEnv, cwd: string): Settings {
  const byVariable = new Map<string, OptionName>(optionNames.map((name) => [variableOf(name), name]));
  const settings: Setting[] = [];
  const warnings: string[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('PENSTOCK_') || text === undefined || text.trim() === '') continue;
    if (internal.test(variable) || serviceLinkName.test(variable) || serviceLinkValue.test(text)) continue;
    const name = byVariable.get(variable);
    if (name === undefined) {
      warnings.push(`${variable} is no option of Penstock.${meant(variable, [...byVariable.keys()])}`);
    } else {
      settings.push({ name, text, source: { from: 'environment', label: variable }, base: cwd });
    }
  }
  return { settings, faults: [], warnings };
}
