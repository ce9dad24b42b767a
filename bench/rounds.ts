import type { Entrant } from './contender.js';

/**
 * Measures everyone once per round (A B C, A B C, …), so that whatever else the machine does for a while falls on all
 * of them alike.
 */
export async function alternate<Measured>(
  entrants: readonly Entrant[],
  rounds: number,
  measure: (entrant: Entrant) => Promise<Measured>,
  report: (text: string) => void,
): Promise<Map<Entrant, Measured[]>> {
  const results = new Map(entrants.map((entrant): [Entrant, Measured[]] => [entrant, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const entrant of entrants) {
      report(`round ${round} of ${rounds}: ${entrant.name}`);
      results.get(entrant)!.push(await measure(entrant));
    }
  }
  return results;
}
