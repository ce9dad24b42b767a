import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, and the folders whose files start most servers. vitest itself knows how long a file
 * took the last time, which nobody does in a fresh clone.
 */
const slow = ['test/fidelity/generated/', 'test/fidelity/', 'test/pool/', 'test/commands/'];

/** Begins with what takes long, so that the last files are short and all workers end at about the same time. */
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
