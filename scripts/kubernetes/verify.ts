/**
 * Checks Penstock on a real cluster, in a namespace of its own that is deleted at the end. It asks for nothing but the
 * plain API: no load balancer, no cluster DNS, no KEDA, no Prometheus operator, and an image that the nodes have. The
 * requests come from pods of the same image. With several nodes, one of them is cordoned for a while: only pods of this
 * check are evicted.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Kubectl } from '../../src/kubernetes/kubectl.js';
import { Skip, type Verification, verificationSteps } from './steps.js';

const usage = `npm run verify:kubernetes -- --kubeconfig FILE --image REF

  --kubeconfig FILE   the cluster (default: kubectl's own)
  --context NAME      which of its contexts
  --image REF         an image of examples/mtcars that the nodes have
  --kubectl PROGRAM   default: kubectl
  --report FILE       write the report there too
  --keep              leave the namespace
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
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help || flags.image === undefined) {
  process.stderr.write(usage);
  process.exit(flags.help ? 0 : 2);
}
// The commands under test find the cluster as they do for a user.
if (flags.kubeconfig !== undefined) process.env.KUBECONFIG = resolve(flags.kubeconfig);

const namespace = `penstock-verify-${Math.random().toString(36).slice(2, 7)}`;
const verification: Verification = {
  image: flags.image,
  namespace,
  name: 'mtcars',
  program: flags.kubectl,
  context: flags.context,
  kubectl: new Kubectl({ program: flags.kubectl, context: flags.context, namespace }),
};
const results: Result[] = [];
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopped = true;
    process.stderr.write('Stopping after this step, and cleaning up.\n');
  });
}

try {
  for (const { essential = false, name, run } of verificationSteps) {
    if (stopped) break;
    const result = await attempt(name, () => run(verification));
    results.push(result);
    if (result.outcome === 'failed') {
      await explain();
      if (essential) break;
    }
  }
} finally {
  if (!flags.keep)
    await verification.kubectl.run(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
}

const report = describe();
process.stdout.write(`\n${report}`);
if (flags.report !== undefined) writeFileSync(flags.report, report);
process.exit(results.some(({ outcome }) => outcome === 'failed') || stopped ? 1 : 0);

async function attempt(name: string, run: () => Promise<string>): Promise<Result> {
  process.stderr.write(`\n== ${name}\n`);
  const began = performance.now();
  const outcome = await run().then(
    (detail) => ({ outcome: 'passed' as const, detail }),
    (error: unknown) => ({
      outcome: error instanceof Skip ? ('skipped' as const) : ('failed' as const),
      detail: error instanceof Error ? error.message : String(error),
    }),
  );
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stderr.write(`   ${outcome.outcome}: ${outcome.detail}\n`);
  return { name, seconds, ...outcome };
}

/** What a person would look at first. */
async function explain(): Promise<void> {
  for (const args of [
    ['get', 'pods,deployments,horizontalpodautoscalers', '--output', 'wide'],
    ['get', 'events', '--sort-by', '.lastTimestamp'],
  ]) {
    const { stderr, stdout } = await verification.kubectl.run(args);
    process.stderr.write(`${(stdout + stderr).trimEnd().split('\n').slice(-25).join('\n')}\n`);
  }
}

function describe(): string {
  const count = (wanted: Result['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  const rows = results.map(
    ({ detail, name, outcome, seconds }) =>
      `| ${name} | ${outcome} | ${seconds} s | ${detail.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '/')} |`,
  );
  return `${['| step | outcome | took | what was seen |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`;
}
