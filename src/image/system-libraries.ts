/**
 * System requirements of R packages, as Debian and Ubuntu packages. `build` lists the packages needed to build from
 * source; the image build itself finds the libraries that the result is linked to. `run` lists the programs needed at
 * run time. Source: SystemRequirements of the R packages.
 */
interface SystemNeed {
  readonly build?: readonly string[];
  readonly run?: readonly string[];
}

const fonts = ['libfontconfig1-dev', 'libfreetype6-dev', 'libfribidi-dev', 'libharfbuzz-dev', 'libpng-dev'];
const images = ['libjpeg-dev', 'libpng-dev', 'libtiff-dev', 'libwebp-dev'];
const maps = ['libgdal-dev', 'libgeos-dev', 'libproj-dev', 'libsqlite3-dev'];

const needs: Readonly<Record<string, SystemNeed>> = {
  archive: { build: ['libarchive-dev'] },
  arrow: { build: ['cmake', 'libcurl4-openssl-dev', 'libssl-dev'] },
  av: { build: ['libavfilter-dev'] },
  Cairo: { build: ['libcairo2-dev', 'libxt-dev'] },
  cairoDevice: { build: ['libgtk2.0-dev'] },
  curl: { build: ['libcurl4-openssl-dev', 'libssl-dev'] },
  fs: { build: ['libuv1-dev'] },
  gdtools: { build: ['libcairo2-dev', ...fonts] },
  gert: { build: ['libgit2-dev'] },
  git2r: { build: ['libgit2-dev', 'libssl-dev'] },
  gmp: { build: ['libgmp-dev'] },
  gsl: { build: ['libgsl-dev'] },
  h2o: { run: ['default-jre-headless'] },
  haven: { build: ['zlib1g-dev'] },
  hdf5r: { build: ['libhdf5-dev'] },
  httpuv: { build: ['zlib1g-dev'] },
  igraph: { build: ['libglpk-dev', 'libgmp-dev', 'libxml2-dev'] },
  jpeg: { build: ['libjpeg-dev'] },
  jqr: { build: ['libjq-dev'] },
  keyring: { build: ['libsecret-1-dev'] },
  lwgeom: { build: maps },
  magick: { build: ['libmagick++-dev'] },
  mongolite: { build: ['libsasl2-dev', 'libssl-dev', 'zlib1g-dev'] },
  mvabund: { build: ['libgsl-dev'] },
  ncdf4: { build: ['libnetcdf-dev'] },
  nloptr: { build: ['cmake', 'libnlopt-dev'] },
  odbc: { build: ['unixodbc-dev'] },
  openssl: { build: ['libssl-dev'] },
  pdftools: { build: ['libpoppler-cpp-dev'] },
  png: { build: ['libpng-dev'] },
  protolite: { build: ['libprotobuf-dev', 'protobuf-compiler'] },
  qpdf: { build: ['libjpeg-dev', 'zlib1g-dev'] },
  ragg: { build: [...fonts, ...images] },
  RcppGSL: { build: ['libgsl-dev'] },
  redland: { build: ['librdf0-dev'] },
  redux: { build: ['libhiredis-dev'] },
  rJava: { build: ['default-jdk-headless'], run: ['default-jre-headless'] },
  RMariaDB: { build: ['libmariadb-dev', 'libssl-dev'] },
  rmarkdown: { run: ['pandoc'] },
  Rmpfr: { build: ['libgmp-dev', 'libmpfr-dev'] },
  RMySQL: { build: ['libmariadb-dev'] },
  RODBC: { build: ['unixodbc-dev'] },
  RPostgres: { build: ['libpq-dev', 'libssl-dev'] },
  RPostgreSQL: { build: ['libpq-dev'] },
  RProtoBuf: { build: ['libprotobuf-dev', 'libprotoc-dev', 'protobuf-compiler'] },
  RQuantLib: { build: ['libquantlib0-dev'] },
  rsvg: { build: ['librsvg2-dev'] },
  rzmq: { build: ['libzmq3-dev'] },
  s2: { build: ['cmake', 'libabsl-dev', 'libssl-dev'] },
  sf: { build: [...maps, 'libudunits2-dev'] },
  sodium: { build: ['libsodium-dev'] },
  ssh: { build: ['libssh-dev'] },
  stringi: { build: ['libicu-dev'] },
  svglite: { build: ['libpng-dev'] },
  sysfonts: { build: ['libfreetype6-dev', 'libpng-dev', 'zlib1g-dev'] },
  systemfonts: { build: fonts },
  terra: { build: maps },
  tesseract: { build: ['libleptonica-dev', 'libtesseract-dev'] },
  textshaping: { build: fonts },
  tiff: { build: ['libjpeg-dev', 'libtiff-dev'] },
  units: { build: ['libudunits2-dev'] },
  V8: { build: ['libnode-dev'] },
  xml2: { build: ['libxml2-dev'] },
  XML: { build: ['libxml2-dev'] },
  xslt: { build: ['libxslt1-dev'] },
};

/** The Debian packages needed to build these R packages from source. */
export function buildLibraries(packages: Iterable<string>): string[] {
  return listed(packages, 'build');
}

/** The Debian packages that these R packages need at run time. */
export function runPrograms(packages: Iterable<string>): string[] {
  return listed(packages, 'run');
}

function listed(packages: Iterable<string>, when: keyof SystemNeed): string[] {
  const known = [...packages].flatMap((name) =>
    Object.hasOwn(needs, name) ? (needs[name]?.[when] ?? []) : [],
  );
  return [...new Set(known)].sort();
}
