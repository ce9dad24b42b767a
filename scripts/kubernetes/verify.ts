/**
 * Checks Penstock on a real cluster, in a new namespace that is deleted at the end. It requires an image that is already
 * on the nodes, and otherwise only the standard API: no load balancer, no cluster DNS, no KEDA, no Prometheus operator.
 * Pods of the same image send the requests. If there are several nodes, the check cordons one for a while, but evicts
 * only its own pods.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Seen } from './run-step.js';
import { StepProcess } from './step-process.js';
import { recoveryStep, type Step, verificationSteps } from './steps.js';
import { type Input, open } from './verification.js';

const usage = `npm run verify:kubernetes -- --kubeconfig FILE --image REF

  --kubeconfig FILE   kubeconfig of the cluster (default: that of kubectl)
  --context NAME      context in the kubeconfig
  --image REF         image of examples/mtcars that is already on the nodes
  --kubectl PROGRAM   kubectl program (default: kubectl)
  --report FILE       also write the report to this file
  --patience N        multiply all time limits, for a slow cluster (default: 1)
  --node-down COMMAND command that stops a node, such as "docker pause {node}" for kind: tests the loss of a node
  --node-up COMMAND   command that starts it again
  --keep              do not delete the namespace
`;

/** A signal has ended the check. */
class Stopped extends Error {}

interface Result {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'not run';
  readonly seconds: number;
  readonly detail: string;
}

const { values: flags } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    context: { type: 'string' },
    image: { type: 'string' },
    kubectl: { type: 'string', default: 'kubectl' },
    report: { type: 'string' },
    patience: { type: 'string', default: '1' },
    'node-down': { type: 'string' },
    'node-up': { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help || flags.image === undefined) {
  process.stderr.write(usage);
  process.exit(flags.help ? 0 : 2);
}
const patience = Number(flags.patience);
if (!(patience > 0)) {
  process.stderr.write(`--patience: expected a number such as 2; got "${flags.patience}".\n`);
  process.exit(2);
}
if ((flags['node-down'] === undefined) !== (flags['node-up'] === undefined)) {
  process.stderr.write('--node-down and --node-up: pass both or neither.\n');
  process.exit(2);
}
// The commands under test read KUBECONFIG, as for a user.
if (flags.kubeconfig !== undefined) {
  // npm runs scripts in the checkout. INIT_CWD is the directory of the caller.
  const file = resolve(process.env.INIT_CWD ?? '.', flags.kubeconfig);
  if (!existsSync(file)) {
    process.stderr.write(`--kubeconfig: ${file} does not exist.\n`);
    process.exit(2);
  }
  process.env.KUBECONFIG = file;
}

const unique = `penstock-verify-${Math.random().toString(36).slice(2, 7)}`;
const input: Input = {
  // Adds the tag that nodes use by default. `penstock deploy` would add the app's version instead.
  image: /[:@][^/]+$/.test(flags.image) ? flags.image : `${flags.image}:latest`,
  namespace: unique,
  name: unique,
  program: flags.kubectl,
  context: flags.context,
  patience,
  nodeDown: flags['node-down'],
  nodeUp: flags['node-up'],
};
const { kubectl } = open(input);

/** In a session of its own, so that neither Ctrl-C nor a closed terminal ends it. */
const guard = spawn(
  process.execPath,
  [join(import.meta.dirname, 'guard.mjs'), JSON.stringify({ ...input, keep: flags.keep })],
  { detached: true, stdio: ['pipe', 'ignore', 'inherit'] },
);
const cleaned = once(guard, 'exit');

const stopped = new Promise<never>((_resolve, reject) => {
  // The handlers stay in place, so a second Ctrl-C does not interrupt the cleanup.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      process.stderr.write('\nStopping and cleaning up.\n');
      reject(new Stopped(`stopped by ${signal}`));
    });
  }
});
// Prevents an unhandled rejection between two steps.
stopped.catch(() => {});

const results: Result[] = [];
/** Why the remaining steps cannot run. */
let ended: string | undefined;
/** A step has failed since the app was last known to be as the steps expect it. */
let damaged = false;
for (const step of verificationSteps) {
  if (ended === undefined && step.onApp === true && damaged) await recover();
  if (ended !== undefined) {
    results.push({ name: step.name, outcome: 'not run', seconds: 0, detail: ended });
    continue;
  }
  const result = await attempt(step);
  results.push(result);
  if (result.outcome !== 'failed') continue;
  damaged = true;
  if (step.essential === true) ended = `“${step.name}” failed`;
}
guard.stdin.end();
await cleaned;
const report = describe();
process.stdout.write(`\n${report}`);
if (flags.report !== undefined) writeFileSync(flags.report, report);
process.exit(results.every(({ outcome }) => outcome === 'passed' || outcome === 'skipped') ? 0 : 1);

async function recover(): Promise<void> {
  const { detail, outcome } = await attempt(recoveryStep);
  if (outcome === 'failed') ended ??= `the app could not be deployed again: ${detail}`;
  else damaged = false;
}

async function attempt(step: Step): Promise<Result> {
  const { limit, name } = step;
  process.stderr.write(`\n== ${name}\n`);
  const began = performance.now();
  const running = new StepProcess(step, input);
  guard.stdin.write(`${running.group}\n`);
  const seen = await running.seen(limit * patience, stopped).catch((error: unknown): Seen => {
    if (!(error instanceof Stopped)) throw error;
    ended = error.message;
    return { outcome: 'failed', detail: error.message };
  });
  guard.stdin.write('0\n');
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stderr.write(`   ${seen.outcome}: ${seen.detail}\n`);
  if (seen.outcome === 'failed') await explain();
  return { name, seconds, ...seen };
}

/** Prints the objects and events, as a starting point for debugging. */
async function explain(): Promise<void> {
  for (const args of [
    ['get', 'pods,deployments,horizontalpodautoscalers', '--output', 'wide', '--request-timeout=10s'],
    ['get', 'events', '--sort-by', '.lastTimestamp', '--request-timeout=10s'],
  ]) {
    const { stderr, stdout } = await kubectl.run(args);
    process.stderr.write(`${(stdout + stderr).trimEnd().split('\n').slice(-25).join('\n')}\n`);
  }
}

function describe(): string {
  const count = (wanted: Result['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  const cell = (text: string) => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '/');
  const rows = results.map(
    ({ detail, name, outcome, seconds }) => `| ${name} | ${outcome} | ${seconds} s | ${cell(detail)} |`,
  );
  const lines = [
    `Check of Penstock on a cluster: ${input.image}, ${new Date().toISOString()}`,
    '',
    '| step | outcome | time | observed |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped, ${count('not run')} not run`,
  ];
  return `${lines.join('\n')}\n`;
}
