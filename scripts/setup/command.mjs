/** Runs commands and shows progress instead of their output. The output is shown if a command fails. */
import { spawn, spawnSync } from 'node:child_process';
import { startProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

const tailLines = 30;

/** @param {string} output */
function tail(output) {
  return output
    .trimEnd()
    .split('\n')
    .slice(-tailLines)
    .map((line) => `  ${line}`)
    .join('\n');
}

/**
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {string} output  standard output and standard error, interleaved
 */

/**
 * @param {string[]} words  the program and its arguments
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Outcome>}
 */
export function capture(words, { cwd, env = process.env } = {}) {
  const [program = '', ...args] = words;
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/**
 * Runs a command and shows its progress.
 * @param {string} label
 * @param {string[]} words  the program and its arguments
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shown?: string }} [options] shown: outcome to show on success
 * @returns {Promise<Outcome>}
 */
export async function run(label, words, { shown = 'done', ...options } = {}) {
  const progress = startProgress(label);
  const outcome = await capture(words, options);
  progress.end(outcome.ok ? shown : 'failed');
  return outcome;
}

/**
 * Like `run`, but throws a `SetupError` with the end of the output if the command fails.
 * @param {string} label
 * @param {string[]} words
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, advice?: string }} [options] advice: what the user can do
 */
export async function mustRun(label, words, { advice, ...options } = {}) {
  const { ok, output } = await run(label, words, options);
  if (ok) return;
  const parts = [`${label} failed: ${words.join(' ')}`, tail(output), advice];
  throw new SetupError(parts.filter((part) => part !== undefined && part !== '').join('\n\n'));
}

/**
 * Returns the standard output of a short command, or undefined if it failed.
 * @param {string[]} words
 * @returns {string | undefined}
 */
export function answerOf(words) {
  const [program = '', ...args] = words;
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : undefined;
}
