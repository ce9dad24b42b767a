import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appVersion } from '../../src/app/app-files.js';
import type { AppLocation } from '../../src/app/find-app.js';
import type { RPackage } from '../../src/doctor/ask-r.js';
import { dockerfile } from '../../src/image/dockerfile.js';
import { imageVersion } from '../../src/image/image-version.js';
import { type BaseKind, planImage, type RecipeInput } from '../../src/image/recipe.js';

let directory: string;
let app: AppLocation;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'penstock-recipe-'));
  app = { kind: 'plumber', directory, file: join(directory, 'plumber.R'), entry: 'file' };
});
afterEach(() => rmSync(directory, { recursive: true }));

function uses(...names: string[]): NonNullable<RecipeInput['answer']> {
  const one = { installed: true, version: '1.0', wanted: null, required: true, file: null, line: null };
  return { version: '4.3.1', libraries: [], packages: names.map((name): RPackage => ({ name, ...one })) };
}

const plan = (base: BaseKind, answer: RecipeInput['answer']) => planImage({ app, base, answer });

function lock(packages: string[], version = '4.4.2'): void {
  const entries = packages.map((name) => [name, { Package: name, Version: '1.0.0' }]);
  const text = { R: { Version: version }, Packages: Object.fromEntries(entries) };
  writeFileSync(join(directory, 'renv.lock'), JSON.stringify(text));
}

describe('Without a lock file', () => {
  test('installs the packages from the CRAN snapshot of the base image for this R version', () => {
    const { recipe, warnings } = plan('r-ver', uses('plumber', 'sf'));
    expect(recipe.baseImage).toBe('docker.io/rocker/r-ver:4.3.1');
    expect(recipe.cran).toEqual(['plumber', 'sf']);
    expect(recipe.buildLibraries).toEqual(expect.arrayContaining(['libgdal-dev', 'libudunits2-dev']));
    expect(warnings).toEqual([]);
    expect(dockerfile(recipe)).toContain(`Rscript -e 'install.packages(c("plumber", "sf"), `);
  });

  test('installs prebuilt packages on Debian and builds only the others', () => {
    const { recipe } = plan('debian', uses('plumber', 'randomForest', 'vetiver'));
    expect(recipe.prebuilt).toEqual(['r-cran-plumber', 'r-cran-randomforest']);
    expect(recipe.cran).toEqual(['vetiver']);
    const text = dockerfile(recipe);
    expect(text).toContain('      r-cran-randomforest \\\n');
    expect(text).toMatch(/install\.packages\(c\("vetiver"\), .*repos = Sys\.getenv\("CRAN"\)/);
  });

  test('compiles nothing if all packages are prebuilt', () => {
    const text = dockerfile(plan('debian', uses('plumber')).recipe);
    expect(text).not.toContain('r-base-dev');
    expect(text.match(/^FROM .*$/gm)).toEqual([
      `FROM \${NODE_IMAGE} AS node`,
      `FROM \${BASE_IMAGE} AS files`,
      `FROM \${BASE_IMAGE} AS r`,
      'FROM r',
    ]);
  });

  test('installs optional packages only if this machine has them', () => {
    const answer = uses('plumber', 'xgboost', 'arrow');
    const packages = answer.packages.map((one) => ({
      ...one,
      required: one.name === 'plumber',
      installed: one.name !== 'arrow',
    }));
    expect(plan('r-ver', { ...answer, packages }).recipe.cran).toEqual(['plumber', 'xgboost']);
  });
});

describe('With a lock file', () => {
  test('installs the locked packages and R version, with the libraries to build them', () => {
    lock(['plumber', 'sodium', 'curl']);
    const { recipe, warnings } = plan('r-ver', uses('plumber'));
    expect(recipe).toMatchObject({
      locked: true,
      baseImage: 'docker.io/rocker/r-ver:4.4.2',
      cran: [],
      prebuilt: [],
    });
    expect(recipe.buildLibraries).toEqual(['libcurl4-openssl-dev', 'libsodium-dev', 'libssl-dev']);
    expect(warnings).toEqual([]);
    expect(dockerfile(recipe)).toContain('renv::restore(');
  });

  test('warns about a package that is not locked, and installs it from CRAN', () => {
    lock(['randomForest']);
    const { recipe, warnings } = plan('r-ver', uses('plumber', 'randomForest'));
    expect(recipe.cran).toEqual(['plumber']);
    expect(warnings).toEqual(['The app needs plumber, missing in renv.lock. The image gets it from CRAN.']);
  });

  test('needs no R on this machine', () => {
    lock(['plumber']);
    expect(plan('r-ver', undefined).recipe).toMatchObject({ locked: true, cran: [] });
  });

  test('restores the packages on Debian too, and warns that the R version differs', () => {
    lock(['plumber']);
    const { recipe, warnings } = plan('debian', uses('plumber'));
    expect(recipe.prebuilt).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('renv.lock is for R 4.4.2')]);
  });

  test('rejects an invalid file', () => {
    writeFileSync(join(directory, 'renv.lock'), 'plumber 1.2');
    expect(() => plan('r-ver', uses())).toThrow('renv.lock is not a valid lock file of renv');
  });
});

describe('The Dockerfile', () => {
  test('pins the version of every base image', () => {
    for (const base of ['r-ver', 'debian'] as const) {
      const text = dockerfile(plan(base, uses('plumber')).recipe);
      const images = [...text.matchAll(/^ARG \w+_IMAGE=(.*)$/gm)].map(([, image]) => image);
      expect(images).toHaveLength(2);
      for (const image of images) expect(image).toMatch(/^docker\.io\/[a-z-]+\/[a-z-]+:\d+\.\d+/);
    }
  });

  test("copies the app's files after all slow steps", () => {
    const lines = dockerfile(plan('r-ver', uses('plumber')).recipe).split('\n');
    const last = lines.slice(lines.indexOf('FROM r'));
    const app = last.indexOf('COPY --from=files /app /app');
    expect(app).toBeGreaterThan(last.findIndex((line) => line.startsWith('COPY --from=packages')));
    expect(last.slice(app).filter((line) => /apt-get|install\.packages/.test(line))).toEqual([]);
  });
});

describe('A package that is not from CRAN', () => {
  const sha = 'a'.repeat(40);
  function installed(name: string, fields: string): NonNullable<RecipeInput['answer']> {
    const library = join(directory, 'library');
    mkdirSync(join(library, name), { recursive: true });
    writeFileSync(join(library, name, 'DESCRIPTION'), `Package: ${name}\n${fields}\n`);
    return { ...uses('plumber', name), libraries: [library] };
  }
  const github = `RemoteType: github\nRemoteHost: api.github.com\nRemoteUsername: our-team\nRemoteRepo: pricing\nRemoteSha: ${sha}`;

  test('is installed from its repository at the installed commit, on either base', () => {
    for (const base of ['r-ver', 'debian'] as const) {
      const { recipe } = plan(base, installed('pricing', github));
      expect([...recipe.cran, ...recipe.prebuilt].join()).not.toContain('pricing');
      expect(dockerfile(recipe)).toContain(
        `remotes::install_github("our-team/pricing@${sha}", upgrade = "never")`,
      );
    }
  });

  test.each([
    ['a folder of this machine', 'RemoteType: local\nRemoteUrl: /home/me/pricing'],
    ['a private host', github.replace('api.github.com', 'git.example.org')],
    ['another kind of source', `RemoteType: svn\nRemoteUrl: https://svn.example.org\nRemoteSha: ${sha}`],
    ['no commit', github.replace(sha, 'HEAD')],
    ['another repository', 'Repository: https://our-team.r-universe.dev'],
    ['another repository, by pak or renv', 'RemoteType: standard\nRepository: OURS'],
    ['an unknown source, such as R CMD INSTALL', 'Version: 1.0'],
    ['a repository whose name would be code', github.replace('pricing', "x'; system('x')")],
  ])('is not installed if it comes from %s', (_what, fields) => {
    const { recipe } = plan('r-ver', installed('pricing', fields));
    expect([...recipe.unusable.keys()]).toEqual(['pricing']);
    expect(recipe.cran).toEqual(['plumber']);
    // A written Dockerfile shows where to add it.
    expect(dockerfile(recipe)).toMatch(/^# Install pricing here, .* It was installed from \S/m);
    expect(dockerfile(recipe)).not.toMatch(/^[^#].*pricing/m);
  });

  test('brings what it requires from the same kind of source, before it, and not from CRAN', () => {
    const base = github.replaceAll('pricing', 'base');
    installed('base', base);
    const { libraries } = installed('pricing', `Imports: base, plumber\n${github}`);
    const answer = { ...uses('plumber', 'pricing'), libraries };
    expect(plan('r-ver', answer).recipe.remotes.map((call) => /our-team\/(\w+)/.exec(call)?.[1])).toEqual([
      'base',
      'pricing',
    ]);
    installed('base', 'RemoteType: local\nRemoteUrl: /home/me/base');
    expect([...plan('r-ver', answer).recipe.unusable]).toEqual([['base', 'local /home/me/base']]);
  });

  test.each([
    'RemoteType: standard\nRepository: CRAN',
    'Repository: CRAN',
    'Repository: RSPM',
    'Priority: recommended',
  ])('is what CRAN has if it came from there: %j', (fields) => {
    expect(plan('r-ver', installed('pricing', fields)).recipe.cran).toContain('pricing');
  });

  test('is left to renv if it is locked, with a token for the build', () => {
    writeFileSync(
      join(directory, 'renv.lock'),
      JSON.stringify({ R: {}, Packages: { pricing: { Source: 'GitHub', RemoteSha: sha }, plumber: {} } }),
    );
    const text = dockerfile(plan('r-ver', installed('pricing', github)).recipe);
    expect(text).not.toContain('install_github');
    expect(text).toMatch(
      /RUN --mount=type=secret,id=GITHUB_PAT .*\n && Rscript -e 'install\.packages\("renv"/,
    );
  });
});

describe('Names that would be code in a Dockerfile', () => {
  test.each(['my image:1', 'a:$(id)', 'a:1\nRUN id', '$HOME'])('are refused for base images: %j', (name) => {
    for (const key of ['baseImage', 'nodeImage'])
      expect(() => planImage({ app, base: 'r-ver', answer: uses(), [key]: name })).toThrow(
        'is not the name of an image',
      );
  });

  test('are refused for packages', () => {
    expect(() => plan('r-ver', uses("a'); system('id"))).toThrow('is not the name of an R package');
  });

  test('are only text in names of files', () => {
    const file = join(directory, 'my $(id) "api".R');
    const { recipe } = planImage({ app: { ...app, file }, base: 'r-ver', answer: uses('plumber') });
    const lines = dockerfile(recipe)
      .split('\n')
      .filter((line) => line.includes('$(id)'));
    // The form of a list runs no shell, and expands no variables.
    expect(lines.map((line) => JSON.parse(line.replace(/^(RUN|CMD) /, '')))).toEqual([
      ['penstock', 'doctor', '--no-load', '/app/my $(id) "api".R'],
      ['serve', '/app/my $(id) "api".R'],
    ]);
  });
});

describe('The version of an image', () => {
  test('changes with an edited Dockerfile, another base and other arguments', async () => {
    writeFileSync(app.file, '#* @get /\nfunction() 1\n');
    const plain = await imageVersion(app);
    expect(plain).toBe(await appVersion(app));
    const text = dockerfile(plan('r-ver', uses('plumber')).recipe);
    const versions = [
      plain,
      await imageVersion(app, { BASE_IMAGE: 'a:1' }),
      await imageVersion(app, { A: '1' }),
    ];
    writeFileSync(join(directory, 'Dockerfile'), text);
    versions.push(await imageVersion(app));
    writeFileSync(join(directory, 'Dockerfile'), `${text}\n`);
    versions.push(await imageVersion(app));
    writeFileSync(join(directory, '.dockerignore'), 'data\n');
    versions.push(await imageVersion(app));
    expect(new Set(versions).size).toBe(6);
  });
});
