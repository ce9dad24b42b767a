import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The folders with the slowest files, which start the most servers. vitest remembers durations, but not in a fresh
 * clone.
 */
const slow = [
  'test/fidelity/generated/',
  'test/fidelity/',
  'test/models/',
  'test/lanes/',
  'test/pool/',
  'test/commands/',
  'test/chaos/',
];

/** Starts slow files first, so that both workers finish at about the same time. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = slow.findIndex((part) => moduleId.includes(`/${part}`));
      return found < 0 ? slow.length : found;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
