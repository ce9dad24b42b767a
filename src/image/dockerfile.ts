import type { Recipe } from './recipe.js';

/** Identifies a Dockerfile of Penstock. */
const signature = '# Written by Penstock';

export function isGenerated(dockerfile: string): boolean {
  return dockerfile.includes(signature);
}

const library = '/usr/local/lib/R/site-library';

/** A snapshot of CRAN from the release of Debian 12: its packages fit Debian's R, and never change. */
const debianCran = 'https://packagemanager.posit.co/cran/2023-07-03';

/**
 * The Dockerfile of an app. Steps that change rarely come first. If only the app's files change, all layers except
 * the small last ones come from the cache.
 */
export function dockerfile(recipe: Recipe): string {
  const { cran, locked, remotes, unusable } = recipe;
  const builds = locked || cran.length > 0 || remotes.length > 0 || unusable.size > 0;
  const stages = [
    head(recipe),
    filesStage(),
    rStage(recipe),
    ...(builds ? [packagesStage(recipe)] : []),
    lastStage(recipe, builds),
  ];
  return `${stages.join('\n\n')}\n`;
}

function head({ baseImage, name, nodeImage, penstock }: Recipe): string {
  return `${signature} ${penstock} for the app ${name}. You can edit this file: if it is in the app's folder,
# \`penstock image\` builds from it. After \`penstock image --write\`, you can also use \`docker build\` or
# \`podman build --format docker\`.
ARG BASE_IMAGE=${baseImage}
ARG NODE_IMAGE=${nodeImage}

# Penstock needs a newer Node than distributions provide. Only the program \`node\` is copied from this image.
FROM \${NODE_IMAGE} AS node`;
}

function filesStage(): string {
  return `# The app's files, and Penstock with its npm packages, which need no build step.
FROM \${BASE_IMAGE} AS files
COPY . /app
RUN mv /app/.penstock/runtime /opt/penstock \\
 && rm -rf /app/.penstock /app/Dockerfile /app/.dockerignore \\
 && chmod -R a+rX,go-w /app /opt/penstock`;
}

function rStage({ base, prebuilt, programs }: Recipe): string {
  const system = ['ca-certificates', 'fonts-dejavu-core', 'libstdc++6', 'tini', 'tzdata', ...programs];
  const r = base === 'debian' ? ['r-base-core', ...prebuilt] : [];
  const what =
    base === 'debian'
      ? 'R, prebuilt R packages, and the system packages that they need at run time'
      : 'The image contains R. These are the other packages needed at run time';
  return `# ${what}.
FROM \${BASE_IMAGE} AS r
${aptInstall([...system, ...r])}`;
}

function packagesStage(recipe: Recipe): string {
  const { base, buildLibraries, cran, locked, lockedRemotes, remotes, unusable } = recipe;
  const tools = [...(base === 'debian' ? ['r-base-dev'] : []), ...buildLibraries];
  const steps = [
    `# R packages built from source. Compilers and headers are only in this stage.
FROM r AS packages
WORKDIR /build`,
    ...(base === 'debian' ? [`ARG CRAN=${debianCran}`] : []),
    ...(tools.length > 0 ? [aptInstall(tools)] : []),
    ...(locked ? [restore(base, lockedRemotes)] : []),
    ...(cran.length > 0 ? [install(base, cran)] : []),
    ...(remotes.length > 0 ? [installRemotes(base, remotes)] : []),
    ...[...unusable].map(([name, source]) => toInstall(name, source)),
    `# The Debian packages of the shared libraries that the built packages are linked to.
RUN find ${library} -name '*.so' -exec ldd {} + | awk '/=>/ { print "*/" $1 }' | sort -u \\
  | xargs -r dpkg -S 2>/dev/null | cut -d: -f1 | grep -v -- '-dev$' | sort -u > /build/libraries; test -f /build/libraries`,
  ];
  return steps.join('\n');
}

function restore(base: Recipe['base'], remotes: boolean): string {
  return `# Installs the versions in renv.lock to R's site library: the image has no project library.
COPY renv.lock ./
${remotes ? runWithToken : 'RUN'} ${rscript(`install.packages("renv"${repositories(base)})`)} \\
 && RENV_CONFIG_CACHE_ENABLED=FALSE RENV_CONFIG_SANDBOX_ENABLED=FALSE \\
    ${rscript(`renv::restore(library = "${library}", lockfile = "renv.lock", prompt = FALSE)`)}`;
}

/** R only warns if it cannot install a package. Loading each package makes the build fail. */
function install(base: Recipe['base'], packages: readonly string[]): string {
  const names = `c(${packages.map((name) => `"${name}"`).join(', ')})`;
  return `RUN ${rscript(`install.packages(${names}, "${library}"${repositories(base)}); for (name in ${names}) loadNamespace(name)`)}`;
}

/** The package `remotes` exists only in this stage. */
function installRemotes(base: Recipe['base'], remotes: readonly string[]): string {
  const tool = `.libPaths(c("${library}", "/build")); install.packages("remotes", "/build"${repositories(base)})`;
  return `# Packages that are not from CRAN, each at the commit that was installed when this file was written.
${runWithToken} ${rscript([tool, ...remotes].join('; '))}`;
}

/** A package from a source that an image cannot use. The user replaces this comment. */
function toInstall(name: string, source: string): string {
  return `# Install ${name} here, for example from a file in the app's folder. It was installed from ${source}.
# COPY ${name}.tar.gz ./
# RUN R CMD INSTALL --library=${library} ${name}.tar.gz`;
}

/** A token for private repositories, from `penstock image --secret`. It is in no layer. */
const runWithToken = `RUN --mount=type=secret,id=GITHUB_PAT export GITHUB_PAT="$(cat /run/secrets/GITHUB_PAT 2>/dev/null)" \\
 &&`;

/** rocker's images have a snapshot of CRAN configured. */
function repositories(base: Recipe['base']): string {
  return base === 'debian' ? ', repos = Sys.getenv("CRAN")' : '';
}

function rscript(code: string): string {
  return `Rscript -e '${code}'`;
}

function lastStage({ argument, name }: Recipe, builds: boolean): string {
  const packages = `
COPY --from=packages /build/libraries /usr/local/share/penstock/libraries
RUN apt-get update \\
 && xargs -r -a /usr/local/share/penstock/libraries apt-get install -y --no-install-recommends \\
 && rm -rf /var/lib/apt/lists/*
COPY --from=packages ${library} ${library}`;
  return `# The final image.
FROM r${builds ? packages : ''}
COPY --from=node /usr/local/bin/node /usr/local/bin/node
RUN ln -s /opt/penstock/dist/cli.js /usr/local/bin/penstock \\
 && mkdir -p /usr/local/share/penstock \\
 && groupadd --gid 10001 penstock \\
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin penstock
# R writes only to /tmp, so the root file system may be read-only. Each worker uses one thread, because parallelism
# comes from the number of workers.
ENV HOME=/tmp LANG=C.UTF-8 \\
    PENSTOCK_HOST=0.0.0.0 PENSTOCK_PORT=8000 PENSTOCK_ADMIN_HOST=0.0.0.0 PENSTOCK_ADMIN_PORT=9000 \\
    PENSTOCK_ADMIN_OPEN=true \\
    PENSTOCK_LOG_FORMAT=json \\
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 R_DATATABLE_NUM_THREADS=1 \\
    RENV_CONFIG_AUTOLOADER_ENABLED=FALSE
COPY --from=files /opt/penstock /opt/penstock
# Compiles R's part of Penstock, so that no container has to do it at its start.
RUN mkdir /opt/penstock/compiled && Rscript /opt/penstock/r/compile.R /opt/penstock/compiled/r
COPY --from=files /app /app
WORKDIR /app
# The software bill of materials, for scanners.
RUN penstock sbom --file /usr/local/share/penstock/sbom.cdx.json
USER 10001:10001
# Fails the build with a message if the image lacks a package that the app needs.
RUN ${JSON.stringify(['penstock', 'doctor', '--no-load', argument])}
EXPOSE 8000 9000
HEALTHCHECK --interval=15s --timeout=5s --start-period=2m --retries=3 \\
  CMD ["node", "-e", "fetch('http://127.0.0.1:9000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# tini forwards signals and reaps processes. keep.pl keeps the address of a gateway that is killed, and starts it again.
# After SIGTERM, Penstock completes running requests and exits with code 0.
ENTRYPOINT ["tini", "--", "perl", "/opt/penstock/assets/image/keep.pl", "penstock"]
CMD ${JSON.stringify(['serve', argument])}
ARG BASE_IMAGE
ARG VERSION=dev
ARG REVISION=
# The version in /status and /metrics.
ENV PENSTOCK_APP_VERSION=\${VERSION}
LABEL org.opencontainers.image.title="${name}" \\
      org.opencontainers.image.description="The R API ${name}, served by Penstock" \\
      org.opencontainers.image.version="\${VERSION}" \\
      org.opencontainers.image.revision="\${REVISION}" \\
      org.opencontainers.image.base.name="\${BASE_IMAGE}"`;
}

function aptInstall(packages: readonly string[]): string {
  const names = packages.map((name) => `      ${name} \\\n`).join('');
  return `RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\
${names} && rm -rf /var/lib/apt/lists/*`;
}
