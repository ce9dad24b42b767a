import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An installed package or program. */
interface Component {
  readonly type: 'library' | 'application';
  readonly name: string;
  readonly version: string;
  /** Its package URL. Scanners use it to find known vulnerabilities. */
  readonly purl: string;
  readonly licenses?: readonly { readonly license: { readonly name: string } }[];
}

/** Where to find the installed packages. */
export interface Inventory {
  /** Penstock's folder. */
  readonly penstock: string;
  readonly rscript: string;
  readonly dpkgStatus?: string;
}

const R_PACKAGES_SCRIPT = `
  found <- installed.packages(fields = "License")[, c("Package", "Version", "License"), drop = FALSE]
  found <- found[!duplicated(found[, "Package"]), , drop = FALSE]
  cat(apply(found, 1, paste, collapse = "\\t"), sep = "\\n")
  cat("\\nR", as.character(getRversion()), "GPL-2 | GPL-3", sep = "\\t")
`;

/**
 * A CycloneDX 1.6 bill of materials of Penstock, Node, R, and the packages of npm, R and Debian. The same for the same
 * packages, so that an image can be built again to the same bytes: its time is that of SOURCE_DATE_EPOCH, if that is set.
 */
export function billOfMaterials(inventory: Inventory, epoch = process.env.SOURCE_DATE_EPOCH): object {
  const { dpkgStatus = '/var/lib/dpkg/status', penstock, rscript } = inventory;
  const { name, version } = JSON.parse(readFileSync(join(penstock, 'package.json'), 'utf8'));
  const components = [
    component('application', 'generic', 'node', process.versions.node, 'MIT'),
    ...bundledPackages(penstock),
    ...rPackages(rscript),
    ...(existsSync(dpkgStatus) ? debianPackages(readFileSync(dpkgStatus, 'utf8')) : []),
  ];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([version, components]))}`,
    version: 1,
    metadata: {
      ...(epoch !== undefined && { timestamp: new Date(1000 * Number(epoch)).toISOString() }),
      component: { type: 'application', name, version, purl: `pkg:npm/${name}@${version}` },
    },
    components,
  };
}

/** A UUID of version 8: made of a hash. */
function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`];
  return [...parts, hash.slice(20, 32)].join('-');
}

function component(
  type: Component['type'],
  ecosystem: string,
  name: string,
  version: string,
  license?: string,
): Component {
  const path = name.replace('@', '%40');
  const licenses = license === undefined ? {} : { licenses: [{ license: { name: license } }] };
  return {
    type,
    name,
    version,
    purl: `pkg:${ecosystem}/${path}@${encodeURIComponent(version)}`,
    ...licenses,
  };
}

/** The npm packages in `dist`, as listed by the build. */
function bundledPackages(penstock: string): Component[] {
  const packages = JSON.parse(
    readFileSync(join(penstock, 'dist/packages.json'), 'utf8'),
  ) as readonly Package[];
  return packages.map(({ license, name, version }) => component('library', 'npm', name, version, license));
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

function rPackages(rscript: string): Component[] {
  const text = execFileSync(rscript, ['--vanilla', '-e', R_PACKAGES_SCRIPT], { encoding: 'utf8' });
  return text
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => {
      const [name = '', version = '', license] = line.split('\t');
      return component(name === 'R' ? 'application' : 'library', 'cran', name, version, license);
    });
}

function debianPackages(status: string): Component[] {
  const distribution = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const id = /^ID=(\w+)/m.exec(distribution)?.[1] ?? 'debian';
  return status
    .split('\n\n')
    .filter((block) => /^Status: install ok installed$/m.test(block))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      return component('library', `deb/${id}`, field('Package'), field('Version'));
    });
}
