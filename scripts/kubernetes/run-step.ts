/** Runs one step in a process of its own, so that one that hangs can be ended with all its programs. */
import { recoveryStep, verificationSteps } from './steps.js';
import { type Input, open, Skip } from './verification.js';

export interface Seen {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
}

const [input = '', name = ''] = process.argv.slice(2);
const step = [...verificationSteps, recoveryStep].find((one) => one.name === name)!;
const seen = await step.run(open(JSON.parse(input) as Input)).then(
  (detail): Seen => ({ outcome: 'passed', detail }),
  (error: unknown): Seen => ({
    outcome: error instanceof Skip ? 'skipped' : 'failed',
    detail: error instanceof Error ? error.message : String(error),
  }),
);
process.send!(seen, () => process.exit(0));
