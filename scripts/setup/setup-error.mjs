/** A known problem of the set-up. The message says what to do, so no stack is shown. */
export class SetupError extends Error {}

/**
 * Runs a script's main function. Prints the message of a known error, or the stack of any other.
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
