/**
 * npm run build:executable: one file with Node and Penstock, for machines without Node. `-- --platform linux-arm64` builds
 * for another platform.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeFor } from './release/node.mjs';
import { payloadFiles, payloadId } from './release/payload.mjs';
import { checksum, executableFor, releaseFolder, version } from './release/release.mjs';
import { answerOf, mustRun } from './setup/command.mjs';
import { flag } from './setup/command-line.mjs';
import { setUpDist } from './setup/dist.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';

await runScript(async () => {
  const { values } = parseArgs({
    options: { platform: { type: 'string', default: `${process.platform}-${process.arch}` } },
  });
  await setUpDist(root);
  const node = await nodeFor(values.platform);
  const builder = await nodeFor(`${process.platform}-${process.arch}`);
  const work = mkdtempSync(join(tmpdir(), 'penstock-executable-'));
  mkdirSync(releaseFolder, { recursive: true });
  const output = executableFor(values.platform);
  try {
    const files = payloadFiles();
    writeFileSync(join(work, 'id'), payloadId(files));
    const template = join(work, 'node');
    // Symbols for debuggers are a fifth of the program.
    await mustRun('Stripping Node', ['strip', '-o', template, node], {
      advice: 'It needs the package binutils, and for another platform its binutils.',
    });
    const config = {
      main: join(root, 'scripts', 'release', 'start.cjs'),
      executable: template,
      output,
      disableExperimentalSEAWarning: true,
      execArgv: [flag],
      execArgvExtension: 'env',
      assets: Object.fromEntries([
        ['id', join(work, 'id')],
        ['load.cjs', join(root, 'scripts', 'release', 'load.cjs')],
        ...files.map((file) => [file, join(root, file)]),
      ]),
    };
    writeFileSync(join(work, 'sea.json'), JSON.stringify(config));
    await mustRun('Building the executable', [builder, '--build-sea', join(work, 'sea.json')]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  checksum(output);
  if (values.platform === `${process.platform}-${process.arch}`) {
    const built = answerOf([output, '--version'])?.trim();
    if (built !== version) throw new Error(`${output} --version prints ${built}`);
  }
  console.log(`${output}: ${(statSync(output).size / 1e6).toFixed(0)} MB`);
});
