import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Target } from './contender.js';

/** The machine counts as idle if the processors do nothing for this share of a sample. */
const IDLE_SHARE = 0.9;
const SAMPLE_MS = 300;
/** The measurement starts after this time in any case. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Measures all targets once per round (A B C, A B C, …), so that other load on the machine affects all of them. Each
 * measurement waits until the servers measured before have finished: RestRserve, for example, keeps a processor busy for many
 * seconds after its clients have left.
 */
export async function alternate<Measured>(
  targets: readonly Target[],
  rounds: number,
  measure: (target: Target) => Promise<Measured>,
  report: (text: string) => void,
): Promise<Map<Target, Measured[]>> {
  const results = new Map(targets.map((target): [Target, Measured[]] => [target, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const target of targets) {
      await untilIdle();
      report(`round ${round} of ${rounds}: ${target.name}`);
      results.get(target)!.push(await measure(target));
    }
  }
  return results;
}

/** Time of all processors so far, in ms. */
function processorTimes(): { idle: number; all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const all = times.reduce((sum, { idle, irq, nice, sys, user }) => sum + idle + irq + nice + sys + user, 0);
  return { idle: times.reduce((sum, { idle }) => sum + idle, 0), all };
}

async function untilIdle(): Promise<void> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  let before = processorTimes();
  while (Date.now() < deadline) {
    await delay(SAMPLE_MS);
    const now = processorTimes();
    if (now.idle - before.idle > IDLE_SHARE * (now.all - before.all)) return;
    before = now;
  }
}
