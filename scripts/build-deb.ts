/**
 * npm run build:deb: a Debian package with the executable, a systemd service, the manual and completions. It is for this
 * machine's architecture.
 */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { commandTree } from './release/command-tree.js';
import { bashCompletion, fishCompletion, zshCompletion } from './release/completions.js';
import { manPage } from './release/man-page.js';
import { copyPayload, payloadFiles, payloadId } from './release/payload.mjs';
import { checksum, executableFor, releaseFolder, version } from './release/release.mjs';
import { answerOf, mustRun } from './setup/command.mjs';
import { root } from './setup/root.mjs';
import { runScript } from './setup/setup-error.mjs';

const sources = join(root, 'scripts', 'release', 'debian');

await runScript(async () => {
  await mustRun('The executable', [process.execPath, join(root, 'scripts', 'build-executable.mjs')]);
  const architecture = answerOf(['dpkg', '--print-architecture'])!.trim();
  const work = mkdtempSync(join(tmpdir(), 'penstock-deb-'));
  const tree = join(work, 'tree');
  const write = (path: string, text: string | Buffer): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text, { mode: 0o644 });
  };
  try {
    mkdirSync(join(tree, 'usr', 'bin'), { recursive: true });
    copyFileSync(executableFor(`${process.platform}-${process.arch}`), join(tree, 'usr', 'bin', 'penstock'));
    chmodSync(join(tree, 'usr', 'bin', 'penstock'), 0o755);
    // The executable finds its files here, so that no user has to unpack them.
    const files = payloadFiles();
    copyPayload(join(tree, 'usr', 'lib', 'penstock', payloadId(files)));
    write(
      join('usr', 'lib', 'penstock', payloadId(files), 'load.cjs'),
      readFileSync(join(root, 'scripts', 'release', 'load.cjs')),
    );
    write(
      'usr/lib/systemd/system/penstock@.service',
      readFileSync(join(root, 'assets', 'service', 'penstock@.service')),
    );
    const commands = commandTree();
    write('usr/share/bash-completion/completions/penstock', bashCompletion(commands));
    write('usr/share/zsh/vendor-completions/_penstock', zshCompletion(commands));
    write('usr/share/fish/vendor_completions.d/penstock.fish', fishCompletion(commands));
    const markdown = join(work, 'penstock.1.md');
    writeFileSync(markdown, manPage(commands, version));
    const roff = join(work, 'penstock.1');
    await mustRun(
      'The manual (pandoc)',
      ['pandoc', '--standalone', '--to', 'man', '--output', roff, markdown],
      {
        advice: 'It needs the package pandoc.',
      },
    );
    write('usr/share/man/man1/penstock.1.gz', gzipSync(readFileSync(roff), { level: 9 }));
    write('usr/share/doc/penstock/copyright', readFileSync(join(sources, 'copyright')));
    cpSync(join(root, 'dist', 'licenses.txt'), join(tree, 'usr', 'share', 'doc', 'penstock', 'licenses.txt'));
    write('usr/share/doc/penstock/changelog.gz', gzipSync(changelog(), { level: 9 }));
    write('usr/share/lintian/overrides/penstock', readFileSync(join(sources, 'lintian-overrides')));
    mkdirSync(join(tree, 'etc', 'penstock'), { recursive: true });
    const installedKb = Number(
      answerOf(['du', '--summarize', '--apparent-size', '--block-size=1024', tree])!.split('\t')[0],
    );
    const control = readFileSync(join(sources, 'control'), 'utf8')
      .replace('@VERSION@', version)
      .replace('@ARCHITECTURE@', architecture)
      .replace('@SIZE@', String(installedKb));
    write('DEBIAN/control', control);
    await mustRun('Permissions', ['chmod', '--recursive', 'u=rwX,go=rX', tree]);
    const output = join(releaseFolder, `penstock_${version}_${architecture}.deb`);
    await mustRun('The Debian package', [
      'dpkg-deb',
      '--root-owner-group',
      '-Zxz',
      '-z2',
      '--build',
      tree,
      output,
    ]);
    checksum(output);
    console.log(`${output}: ${(statSync(output).size / 1e6).toFixed(0)} MB`);
    await mustRun('lintian', ['lintian', '--fail-on', 'error,warning', output], {
      advice: 'It needs the package lintian.',
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

/** In Debian's format. The changes themselves are in CHANGELOG.md. */
function changelog(): string {
  const date = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000) * 1000)
    .toUTCString()
    .replace('GMT', '+0000');
  return `penstock (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md of the sources.\n\n -- The Penstock authors <penstock@example.org>  ${date}\n`;
}
