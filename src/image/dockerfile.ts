import type { Recipe } from './recipe.js';

/** By this line a Dockerfile of ours is known again. */
const signature = '# Written by Penstock';

export function isOurs(dockerfile: string): boolean {
  return dockerfile.includes(signature);
}

const library = '/usr/local/lib/R/site-library';

/** A snapshot of CRAN from when Debian 12 came out: packages that fit its R, and always the same ones. */
const debianCran = 'https://packagemanager.posit.co/cran/2023-07-03';

/**
 * The Dockerfile of an app. What changes least comes first: when only the app's files change, all layers but the
 * last small ones come from the cache.
 */
export function dockerfile(recipe: Recipe): string {
  const { cran, locked } = recipe;
  const builds = locked || cran.length > 0;
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
  return `${signature} ${penstock} for the app ${name}. It is yours to change: \`penstock image\` builds from this file
# while it stands in the app's folder. \`docker build\` and \`podman build --format docker\` do too, after
# \`penstock image --write\`.
ARG BASE_IMAGE=${baseImage}
ARG NODE_IMAGE=${nodeImage}

# Penstock needs a newer Node than distributions have. Its one program is copied from here.
FROM \${NODE_IMAGE} AS node`;
}

function filesStage(): string {
  return `# The app's files, and Penstock with the npm packages that it runs on, which need no building.
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
      ? 'R and the R packages that Debian has prebuilt'
      : 'R is there; what else runs beside it';
  return `# ${what}.
FROM \${BASE_IMAGE} AS r
${aptInstall([...system, ...r])}`;
}

function packagesStage({ base, buildLibraries, cran, locked }: Recipe): string {
  const tools = [...(base === 'debian' ? ['r-base-dev'] : []), ...buildLibraries];
  const steps = [
    `# R packages that have to be built. Compilers and headers stay behind in this stage.
FROM r AS packages
WORKDIR /build`,
    ...(base === 'debian' ? [`ARG CRAN=${debianCran}`] : []),
    ...(tools.length > 0 ? [aptInstall(tools)] : []),
    ...(locked ? [restore(base)] : []),
    ...(cran.length > 0 ? [install(base, cran)] : []),
    `# Debian's names of the shared libraries that the built packages are linked with.
RUN find ${library} -name '*.so' -exec ldd {} + | awk '/=>/ { print "*/" $1 }' | sort -u \\
  | xargs -r dpkg -S 2>/dev/null | cut -d: -f1 | grep -v -- '-dev$' | sort -u > /build/libraries; test -f /build/libraries`,
  ];
  return steps.join('\n');
}

function restore(base: Recipe['base']): string {
  return `# Exactly what renv.lock says, into R's own library: there is no project library in the image.
COPY renv.lock ./
RUN ${rscript(`install.packages("renv"${repositories(base)})`)} \\
 && RENV_CONFIG_CACHE_ENABLED=FALSE RENV_CONFIG_SANDBOX_ENABLED=FALSE \\
    ${rscript(`renv::restore(library = "${library}", lockfile = "renv.lock", prompt = FALSE)`)}`;
}

/** R only warns when a package cannot be installed, so it is asked for each of them afterwards. */
function install(base: Recipe['base'], packages: readonly string[]): string {
  const names = `c(${packages.map((name) => `"${name}"`).join(', ')})`;
  return `RUN ${rscript(`install.packages(${names}, "${library}"${repositories(base)}); for (name in ${names}) loadNamespace(name)`)}`;
}

/** rocker's images have their snapshot of CRAN set. */
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
  return `# What runs.
FROM r${builds ? packages : ''}
COPY --from=node /usr/local/bin/node /usr/local/bin/node
RUN ln -s /opt/penstock/dist/cli.js /usr/local/bin/penstock \\
 && mkdir -p /usr/local/share/penstock \\
 && groupadd --gid 10001 penstock \\
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin penstock
# The root file system may be read-only: R writes to /tmp alone. One thread for each worker: the workers are the
# parallelism.
ENV HOME=/tmp LANG=C.UTF-8 \\
    PENSTOCK_HOST=0.0.0.0 PENSTOCK_PORT=8000 PENSTOCK_ADMIN_HOST=0.0.0.0 PENSTOCK_ADMIN_PORT=9000 \\
    PENSTOCK_ADMIN_OPEN=true \\
    PENSTOCK_LOG_FORMAT=json \\
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 R_DATATABLE_NUM_THREADS=1 \\
    RENV_CONFIG_AUTOLOADER_ENABLED=FALSE
COPY --from=files /opt/penstock /opt/penstock
COPY --from=files /app /app
WORKDIR /app
# What is in here, for scanners.
RUN penstock sbom --file /usr/local/share/penstock/sbom.cdx.json
USER 10001:10001
# The build fails here, and says why, when the app needs a package that is not in the image.
RUN penstock doctor ${argument}
EXPOSE 8000 9000
HEALTHCHECK --interval=15s --timeout=5s --start-period=2m --retries=3 \\
  CMD ["node", "-e", "fetch('http://127.0.0.1:9000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# tini passes signals on and collects what ends; SIGTERM finishes what runs and exits 0.
ENTRYPOINT ["tini", "--", "penstock"]
CMD ["serve", "${argument}"]
ARG BASE_IMAGE
ARG VERSION=dev
ARG REVISION=
# What /status and /metrics tell.
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
