/**
 * npm run test:install: installs what a release consists of as a user does, each on a fresh Debian with R and without
 * Node: the R package with the executable, the Debian package, and the npm package. Each then serves an API. It needs
 * podman and root, and takes minutes the first time.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseFolder, version } from './release/release.mjs';
import { answerOf, capture, mustRun } from './setup/command.mjs';
import { root } from './setup/root.mjs';
import { runScript, SetupError } from './setup/setup-error.mjs';
import { importImage, prepareContainers } from './testing/containers.mjs';
import { closingLines } from './testing/tally.mjs';

const image = 'localhost/penstock-test-r:bookworm';
const packages = [
  'r-base-core',
  'r-cran-plumber',
  'r-cran-curl',
  'r-cran-digest',
  'r-cran-jsonlite',
  'r-cran-processx',
  'r-cran-withr',
  'libatomic1',
  'curl',
];

const app = `#* @get /hello
function(name = "world") paste("hello,", name)
`;

/** Waits at most a minute for the answer of the API. */
const ask = `for i in $(seq 600); do curl -s http://127.0.0.1:8000/hello && break; sleep 0.1; done; echo`;

/** The commands of a user, by what is installed. Each prints the answer of the API. */
const ways = {
  'the R package and the executable': `
R CMD INSTALL /release/penstock_${version}.tar.gz 2>/dev/null
Rscript -e 'penstock::install_runtime("/release/penstock-${version}-linux-x64", ask = FALSE)' \\
        -e 'server <- penstock::serve("/srv/api", background = TRUE, open = FALSE)' \\
        -e 'cat(rawToChar(curl::curl_fetch_memory(paste0(server$url, "/hello"))$content), "\\n")' \\
        -e 'server$stop()'`,
  'the Debian package': `
dpkg --install /release/penstock_${version}_amd64.deb >/dev/null
penstock serve /srv/api --log-level error &
${ask}
kill $!; wait $!`,
  'the npm package': `
PATH=/node/bin:$PATH npm install --global --prefix /usr/local --offline --silent /release/penstock-${version}.tgz
PATH=/node/bin:$PATH penstock serve /srv/api --log-level error &
${ask}
kill $!; wait $!`,
};

await runScript(async () => {
  const prepared = await prepareContainers();
  if ('reason' in prepared) throw new SetupError(`Containers cannot run here: ${prepared.reason}`);
  const env = { ...process.env, ...prepared.env };
  await importImage(
    image,
    env,
    `debootstrap --variant=minbase --include=${packages.join(',')} bookworm "$1" >/dev/null`,
  );
  for (const build of ['build:deb', 'build:r-package'])
    await mustRun(build, ['npm', 'run', '--silent', build], { cwd: root });
  await mustRun('npm pack', ['npm', 'pack', '--silent', '--pack-destination', releaseFolder], { cwd: root });
  const work = mkdtempSync(join(tmpdir(), 'penstock-install-'));
  const tally = { passed: 0, failed: 0, skipped: 0 };
  try {
    mkdirSync(join(work, 'api'));
    writeFileSync(join(work, 'api', 'plumber.R'), app);
    const npm = answerOf(['npm', 'root', '--global'])?.trim() ?? '';
    for (const [name, script] of Object.entries(ways)) {
      const startedAt = performance.now();
      const mounts = [
        `${releaseFolder}:/release:ro`,
        `${join(work, 'api')}:/srv/api:ro`,
        ...(name.includes('npm')
          ? [`${process.execPath}:/node/bin/node:ro`, `${npm}:/node/lib/node_modules:ro`]
          : []),
      ];
      const link = 'mkdir -p /node/bin; ln -sf /node/lib/node_modules/npm/bin/npm-cli.js /node/bin/npm;';
      const { ok, output } = await capture(
        [
          'podman',
          'run',
          '--rm',
          '--network',
          'none',
          ...mounts.flatMap((mount) => ['--volume', mount]),
          image,
          'sh',
          '-c',
          `set -e; ${link} ${script}`,
        ],
        { env },
      );
      const works = ok && output.includes('["hello, world"]');
      tally[works ? 'passed' : 'failed'] += 1;
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      console.log(
        `${works ? 'passed' : 'FAILED'}: ${name}, from nothing to the first answer and the end, ${seconds} s`,
      );
      console.log(script.trim().replace(/^/gm, '    '));
      if (!works) console.log(output);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (tally.failed > 0) process.exitCode = 1;
  console.log(`\n${closingLines(tally)}`);
});
