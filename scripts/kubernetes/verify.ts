/**
 * Checks Penstock on a real cluster, in a new namespace that is deleted at the end. It requires an image that is already
 * on the nodes, and otherwise only the standard API: no load balancer, no cluster DNS, no KEDA, no Prometheus operator.
 * Pods of the same image send the requests. If there are several nodes, the check cordons one for a while, but evicts
 * only its own pods.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Kubectl } from '../../src/kubernetes/kubectl.js';
import { type Step, verificationSteps } from './steps.js';
import { Skip, type Verification } from './verification.js';

const usage = `npm run verify:kubernetes -- --kubeconfig FILE --image REF

  --kubeconfig FILE   kubeconfig of the cluster (default: that of kubectl)
  --context NAME      context in the kubeconfig
  --image REF         image of examples/mtcars that is already on the nodes
  --kubectl PROGRAM   kubectl program (default: kubectl)
  --report FILE       also write the report to this file
  --patience N        multiply all time limits, for a slow cluster (default: 1)
  --keep              do not delete the namespace
`;

interface Result {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
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
const verification: Verification = {
  // Adds the tag that nodes use by default. `penstock deploy` would add the app's version instead.
  image: /[:@][^/]+$/.test(flags.image) ? flags.image : `${flags.image}:latest`,
  namespace: unique,
  name: unique,
  program: flags.kubectl,
  context: flags.context,
  kubectl: new Kubectl({ program: flags.kubectl, context: flags.context, namespace: unique }),
  cordoned: new Set(),
};

/** Ends the check, because the current step may still be running. */
class Unfinished extends Error {}

const stopped = new Promise<never>((_resolve, reject) => {
  // The handlers stay in place, so a second Ctrl-C does not interrupt the cleanup.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      process.stderr.write('\nStopping and cleaning up.\n');
      reject(new Unfinished(`stopped by ${signal}`));
    });
  }
});
// Prevents an unhandled rejection between two steps.
stopped.catch(() => {});

const results: Result[] = [];
for (const step of verificationSteps) {
  const { last, ...result } = await attempt(step);
  results.push(result);
  if (last) break;
}
await cleanUp();
const report = describe();
process.stdout.write(`\n${report}`);
if (flags.report !== undefined) writeFileSync(flags.report, report);
// Does not wait for a step that has timed out.
process.exit(results.every(({ outcome }) => outcome !== 'failed') ? 0 : 1);

async function attempt({ essential = false, limit, name, run }: Step): Promise<Result & { last: boolean }> {
  process.stderr.write(`\n== ${name}\n`);
  const began = performance.now();
  const expired = new AbortController();
  const late = delay(limit * patience * 1000, undefined, { signal: expired.signal }).then(() => {
    throw new Unfinished(`not finished after ${limit * patience} s`);
  });
  late.catch(() => {});
  const seen = await Promise.race([run(verification), late, stopped]).then(
    (detail) => ({ outcome: 'passed' as const, detail, last: false }),
    (error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      if (error instanceof Skip) return { outcome: 'skipped' as const, detail, last: false };
      return { outcome: 'failed' as const, detail, last: essential || error instanceof Unfinished };
    },
  );
  expired.abort();
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
    const { stderr, stdout } = await verification.kubectl.run(args);
    process.stderr.write(`${(stdout + stderr).trimEnd().split('\n').slice(-25).join('\n')}\n`);
  }
}

async function cleanUp(): Promise<void> {
  for (const node of verification.cordoned) await insist(['uncordon', node]);
  if (!flags.keep) await insist(['delete', 'namespace', unique, '--ignore-not-found', '--wait=false']);
}

/** Retries, because Ctrl-C also reaches kubectl. */
async function insist(args: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 3; tries += 1) {
    const { ok, stderr } = await verification.kubectl.run([...args, '--request-timeout=30s']);
    if (ok) return;
    process.stderr.write(stderr);
    await delay(1000);
  }
  process.stderr.write(`Cleanup failed. Run this yourself: ${flags.kubectl} ${args.join(' ')}\n`);
}

function describe(): string {
  const count = (wanted: Result['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  const cell = (text: string) => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '/');
  const rows = results.map(
    ({ detail, name, outcome, seconds }) => `| ${name} | ${outcome} | ${seconds} s | ${cell(detail)} |`,
  );
  const left = verificationSteps.length - results.length;
  const lines = [
    `Check of Penstock on a cluster: ${verification.image}, ${new Date().toISOString()}`,
    '',
    '| step | outcome | time | observed |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...(left > 0 ? [`${left} more steps were not run.`] : []),
    `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`,
  ];
  return `${lines.join('\n')}\n`;
}
