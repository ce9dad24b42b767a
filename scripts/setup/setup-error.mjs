/** A set-up that could not be finished: the message tells a person what to do, so no stack is shown. */
export class SetupError extends Error {}

/**
 * Runs a script's main function; a known error prints its message, a bug its stack.
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
