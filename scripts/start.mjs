/** npm start: runs set-up and serves the example. Arguments after `--` are passed to `penstock serve`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { commandLine } from './setup/command-line.mjs';
import { packagesToRun } from './setup/r-packages.mjs';
import { root } from './setup/root.mjs';
import { setUp } from './setup/set-up.mjs';
import { runScript } from './setup/setup-error.mjs';

const car = { mpg: 21, disp: 160, hp: 100, drat: 3.9, wt: 2.62, qsec: 16.46, vs: 0, am: 1, gear: 4, carb: 4 };

/** @param {{ url: string, workers: { min: number, max: number } }} listening */
function greet({ url, workers: { min, max } }) {
  const count = `${min === max ? max : `${min} to ${max}`} ${max === 1 ? 'worker' : 'workers'}`;
  console.log(`
Serving examples/mtcars on ${url} with ${count}. To request a prediction:

  curl -d '${JSON.stringify({ data: car })}' ${url}/prediction
`);
}

/** @returns {Promise<number>} exit code */
function serve() {
  const words = [...commandLine(), 'serve', join('examples', 'mtcars'), ...process.argv.slice(2)];
  const child = spawn(process.execPath, words, {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (/** @type {any} */ message) => {
    if (message?.event === 'listening') greet(message);
  });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {
    // A terminal also sends Ctrl+C to the server. A second signal would end it at once.
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

await runScript(async () => {
  await setUp({ rPackages: packagesToRun, again: 'npm start' });
  process.exitCode = await serve();
});
