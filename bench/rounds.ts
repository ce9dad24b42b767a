import type { Target } from './contender.js';

/**
 * Measures all targets once per round (A B C, A B C, …), so that other load on the machine affects all of them.
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
      report(`round ${round} of ${rounds}: ${target.name}`);
      results.get(target)!.push(await measure(target));
    }
  }
  return results;
}
