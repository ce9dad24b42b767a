import { readFileSync, writeFileSync } from 'node:fs';
import { PenstockError } from '../errors.js';
import { Load, type LoadResult } from '../load-test/load.js';
import { type Question, questionFor } from '../load-test/question.js';
import { reportPage } from '../load-test/report.js';
import { type Summary, summarize } from '../load-test/summary.js';
import { openTarget, type Target } from '../load-test/target.js';
import { describeComparison, describeProgress, describeSummary } from '../load-test/terminal.js';
import { version } from '../version.js';

/** The flags of `penstock bench`. */
export interface BenchOptions {
  readonly against: string | undefined;
  readonly connections: number;
  /** Duration of a round, in ms. */
  readonly duration: number;
  /** Duration of the load before the first round, in ms. It is not measured. */
  readonly warmup: number;
  readonly rounds: number;
  readonly rate: number | undefined;
  readonly path: string | undefined;
  readonly method: string | undefined;
  readonly headers: readonly string[];
  readonly body: string | undefined;
  readonly report: string | undefined;
  readonly json: boolean;
  /** Flags of `penstock serve` for targets that are apps. */
  readonly serveFlags: readonly string[];
}

const PROGRESS_INTERVAL_MS = 250;

/** Load-tests one or two targets. The exit code is 1 if all requests to a target failed. */
export async function bench(given: string, options: BenchOptions): Promise<number> {
  const targets: Target[] = [];
  try {
    for (const name of [given, options.against]) {
      if (name !== undefined) targets.push(await openTarget(name, options.serveFlags));
    }
    const flags = { ...options, headers: headersFrom(options.headers), body: bodyFrom(options.body) };
    const questions = await Promise.all(targets.map((target) => questionFor(target, flags)));
    const summaries = await measure(targets, questions, options);
    print(summaries, questions, options);
    return summaries.every(({ failed, latency }) => latency.count > 0 && failed < latency.count) ? 0 : 1;
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
  }
}

/** Targets alternate, and the first one changes each round, so that other load on the machine affects both. */
async function measure(
  targets: readonly Target[],
  questions: readonly Question[],
  options: BenchOptions,
): Promise<Summary[]> {
  const { duration, rounds, warmup } = options;
  const results = targets.map((): LoadResult[] => []);
  const order = targets.map((_, i) => i);
  if (warmup > 0)
    for (const i of order) await run(questions[i]!, { ...options, duration: warmup }, 'warming up');
  for (let round = 1; round <= rounds; round++) {
    for (const i of round % 2 === 1 ? order : order.toReversed()) {
      const label =
        targets.length === 1
          ? `round ${round} of ${rounds}`
          : `round ${round} of ${rounds}, ${targets[i]!.name}`;
      results[i]!.push(await run(questions[i]!, { ...options, duration }, label));
    }
  }
  return targets.map(({ name }, i) => summarize(nameOf(name, questions[i]!), results[i]!));
}

async function run(
  question: Question,
  { connections, duration, rate }: BenchOptions,
  label: string,
): Promise<LoadResult> {
  const load = new Load({ ...question, connections, duration, rate });
  const shown = process.stderr.isTTY === true;
  const show = (): void => {
    process.stderr.write(`\r\u001b[K${describeProgress(label, load.progress, duration)}`);
  };
  if (!shown) process.stderr.write(`${label} …\n`);
  const timer = shown ? setInterval(show, PROGRESS_INTERVAL_MS) : undefined;
  try {
    return await load.run();
  } finally {
    clearInterval(timer);
    if (shown) process.stderr.write('\r\u001b[K');
  }
}

function nameOf(target: string, { method, url }: Question): string {
  return target.startsWith('http')
    ? `${method} ${url}`
    : `${method} ${url.pathname}${url.search} of ${target}`;
}

function print(summaries: readonly Summary[], questions: readonly Question[], options: BenchOptions): void {
  const setting = describeSetting(questions, options);
  if (options.report !== undefined) writeFileSync(options.report, reportPage(summaries, setting));
  if (options.json) {
    process.stdout.write(`${JSON.stringify(summaries.map(plain), null, 2)}\n`);
    return;
  }
  process.stdout.write(`${setting.join('\n')}\n\n${summaries.map(describeSummary).join('\n')}`);
  const [first, second] = summaries;
  if (second !== undefined) process.stdout.write(`\n${describeComparison(first!, second)}`);
  if (options.report !== undefined) process.stdout.write(`\nReport: ${options.report}\n`);
}

function describeSetting(
  questions: readonly Question[],
  { connections, duration, rate, rounds }: BenchOptions,
): string[] {
  const body = questions[0]?.body;
  const seconds = `${duration / 1000} s`;
  const rest = rate === undefined ? '' : `, ${rate} requests/s in total, including waits for a connection`;
  return [
    `${connections} connections, ${rounds === 1 ? seconds : `${rounds} rounds of ${seconds}`}${rest}`,
    ...(body === undefined ? [] : [`Request body of ${body.length} bytes`]),
    `Penstock ${version}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ];
}

function plain({
  bytesPerSecond,
  failed,
  faults,
  latency,
  name,
  rate,
  rates,
  statuses,
  unsent,
}: Summary): object {
  const quantiles = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999, max: 1 };
  return {
    name,
    rate,
    rates,
    answers: latency.count,
    failed,
    unsent,
    statuses: Object.fromEntries(statuses),
    faults: Object.fromEntries(faults),
    bytesPerSecond,
    latencyMs: {
      mean: latency.mean,
      ...Object.fromEntries(Object.entries(quantiles).map(([key, share]) => [key, latency.quantile(share)])),
    },
  };
}

function headersFrom(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      if (at < 1) throw new PenstockError('usage', `--header: expected "Name: value"; got "${line}".`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

/** `@file` stands for the contents of a file. */
function bodyFrom(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  if (!text.startsWith('@')) return Buffer.from(text);
  try {
    return readFileSync(text.slice(1));
  } catch (error) {
    throw new PenstockError('usage', `--body: cannot read the file: ${(error as Error).message}.`);
  }
}
