/** npm run bench: compares plumber, HAProxy with plumber, other R servers, Penstock and a bare Node route. See docs/benchmarks.md. */
import { stopAllChildren } from './child.js';
import type { Contender, Target } from './contender.js';
import { fastify } from './contenders/fastify.js';
import { haproxy } from './contenders/haproxy.js';
import { drogonR, restRserve } from './contenders/other-servers.js';
import { penstock } from './contenders/penstock.js';
import { plumber } from './contenders/plumber.js';
import { plumber2 } from './contenders/plumber2.js';
import { ask } from './question.js';
import { publish } from './report/publish.js';
import { table } from './report/table.js';
import { requireTools } from './required-tools.js';
import type { Result } from './result.js';
import type { Scenario } from './scenario.js';
import { scenarios } from './scenarios.js';
import { readSettings, type Settings } from './settings.js';

const contenders: readonly Contender[] = [plumber, haproxy, plumber2, drogonR, restRserve, penstock, fastify];

const report = (text: string) => console.error(text);

/** The contenders of this run. Says which are left out because they are not installed. */
function chosenContenders({ contenders: keys }: Settings): Contender[] {
  return contenders.filter(({ key, missing }) => {
    if (!(keys?.includes(key) ?? true)) return false;
    const reason = missing?.();
    if (reason !== undefined) report(`Left out: ${reason}`);
    return reason === undefined;
  });
}

async function measure(
  scenario: Scenario,
  settings: Settings,
  available: readonly Contender[],
): Promise<Result> {
  const { key, title, app, question, measures, withoutR } = scenario;
  const chosen = available.filter((contender) => withoutR || contender.runsR);
  report(`\n${title} (${key})`);
  try {
    const workers = scenario.workers(settings);
    const targets: Target[] = [];
    for (const contender of chosen) targets.push(...(await contender.start(app, workers)));
    for (const { origin } of targets) await ask(origin, question);
    const rows = await scenario.run(targets, settings, report);
    const date = new Date().toISOString().slice(0, 10);
    return { title, date, measures, rows, method: scenario.method(settings) };
  } finally {
    await stopAllChildren();
  }
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  requireTools('wrk', 'haproxy');
  const available = chosenContenders(settings);
  const results: Result[] = [];
  for (const scenario of scenarios) {
    if (!(settings.scenarios?.includes(scenario.key) ?? true)) continue;
    const result = await measure(scenario, settings, available);
    console.log(`\n${result.title}\n${result.method}\n${table(result)}`);
    results.push(result);
  }
  if (!settings.dry) publish(results);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAllChildren().finally(() => process.exit(1)));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
