import { deploy } from '../../src/commands/deploy.js';
import type { Config } from '../../src/config/load.js';
import { PenstockError } from '../../src/errors.js';
import { app, configOf, deployOptions, type Verification } from './verification.js';

/**
 * A version that does not start must leave no trace: its fields are gone after the undo, and a field of a good version is
 * gone after the next one. A field that another field manager owns would stay.
 */
export async function undoByDeploy(verification: Verification): Promise<string> {
  const config = configOf(verification, '3');
  const options = deployOptions(verification);
  const before = await envOf(verification);
  const failure = await deploy(
    app,
    withVariable(config, 'PENSTOCK_QUEUE_LIMIT', 'broken-on-purpose'),
    options,
  ).then(
    () => new Error('The broken version became ready.'),
    (error: unknown) => error,
  );
  if (!(failure instanceof PenstockError) || failure.code !== 'rollout_failed') throw failure;
  expectEqual('after the undo', await envOf(verification), before);
  await deploy(app, withVariable(config, 'EXTRA', '1'), options);
  if (!(await envOf(verification)).includes('EXTRA')) throw new Error('The variable EXTRA was not set.');
  await deploy(app, config, options);
  expectEqual('after the next deploy', await envOf(verification), before);
  return 'undone without a trace; a removed variable is gone';
}

function withVariable(config: Config, name: string, value: string): Config {
  return {
    ...config,
    appVersion: `with-${name.toLowerCase().replaceAll('_', '-')}`,
    kubernetes: { value: { env: [{ name, value }] }, place: () => 'verify' },
  };
}

async function envOf(verification: Verification): Promise<string> {
  const { kubectl, name } = verification;
  const path = '{.spec.template.spec.containers[0].env[*].name}';
  return kubectl.must(['get', 'deployment', name, '--output', `jsonpath=${path}`]);
}

function expectEqual(when: string, found: string, wanted: string): void {
  if (found !== wanted) throw new Error(`The variables ${when} are ${found}, not ${wanted}.`);
}
