/** Repairs of plumber that are off unless the user asks for them. `docs/coming-from.md` describes each. */
export const repairNames = ['arrays', 'bodies', 'boundaries', 'filenames', 'parts', 'types'] as const;

export type RepairName = (typeof repairNames)[number];
