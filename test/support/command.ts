import { commandLine } from '../../scripts/setup/command-line.mjs';

const executable = process.env.PENSTOCK_TEST_EXECUTABLE;

/** The command under test: the built command line, or the single executable that `npm run test:executable` names. */
export const penstockCommand: readonly [string, ...string[]] =
  executable === undefined ? [process.execPath, ...commandLine()] : [executable];
