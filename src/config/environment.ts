import { type OptionName, optionNames, variableOf } from './options.js';
import { didYouMean, type Setting, type Settings } from './settings.js';

/** Variables with the PENSTOCK_ prefix that are not options: set by the tests, or by the gateway for its workers. */
const internal = /^PENSTOCK_(TEST_|WORKER_(PORT|TOKEN|APP|PRELOADS|DOCUMENTS|SPARE)$)/;

/**
 * For a Service named "penstock" or "penstock-admin", Kubernetes sets PENSTOCK_SERVICE_HOST,
 * PENSTOCK_PORT=tcp://10.0.0.1:80, PENSTOCK_PORT_80_TCP_ADDR and so on in every pod of the namespace.
 */
const serviceLinkName = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;
const serviceLinkValue = /^(tcp|udp|sctp):\/\/.+:\d+$/;

/**
 * Reads the PENSTOCK_* variables. An unknown variable causes only a warning, because other programs may use the prefix.
 * An empty variable counts as not set, because compose files and shells often pass it like that.
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
      warnings.push(
        `${variable} is not an option of Penstock.${didYouMean(variable, [...byVariable.keys()])}`,
      );
    } else {
      settings.push({ name, text, source: { from: 'environment', label: variable }, base: cwd });
    }
  }
  return { settings, faults: [], warnings };
}
