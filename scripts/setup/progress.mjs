/** Shows the progress of a long operation. */

const quietSecondsBetweenLines = 10;

/**
 * @typedef {object} Progress
 * @property {(outcome: string) => void} end  replaces the progress line with the outcome
 */

/**
 * On a terminal, one line counts the seconds. Elsewhere, such as in CI, a line is written every ten seconds.
 * @param {string} label
 * @param {{ stream?: NodeJS.WriteStream, now?: () => number }} [options]
 * @returns {Progress}
 */
export function startProgress(label, { stream = process.stderr, now = Date.now } = {}) {
  const started = now();
  const seconds = () => Math.round((now() - started) / 1000);
  let lastLine = 0;
  const show = () => {
    if (stream.isTTY) stream.write(`\r\x1b[K${label} … ${seconds()} s`);
    else if (seconds() - lastLine >= quietSecondsBetweenLines) {
      lastLine = seconds();
      stream.write(`${label} … ${lastLine} s\n`);
    }
  };
  if (stream.isTTY) show();
  else stream.write(`${label} …\n`);
  const timer = setInterval(show, 1000);
  return {
    end(outcome) {
      clearInterval(timer);
      stream.write(`${stream.isTTY ? '\r\x1b[K' : ''}${label}: ${outcome} (${seconds()} s)\n`);
    },
  };
}
