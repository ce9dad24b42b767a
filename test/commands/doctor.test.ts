import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type DoctorInput, doctor, examine } from '../../src/commands/doctor.js';
import type { Finding } from '../../src/doctor/finding.js';

const fixtures = resolve(import.meta.dirname, '../fixtures');
const freePorts = { port: '0', 'admin-port': '0' } as const;

/** Without loading the app, unless the input says so. */
function examined(argument: string, input: Partial<DoctorInput> = {}): Promise<Finding[]> {
  return examine({ argument, flags: freePorts, json: false, load: false, cwd: fixtures, env: {}, ...input });
}

function titlesOf(findings: readonly Finding[], status: Finding['status']): string[] {
  return findings.filter((finding) => finding.status === status).map(({ title }) => title);
}

/** The findings for an app that lacks a package and changes a global variable. */
let lacking: Promise<Finding[]> | undefined;
function examinedLacking(): Promise<Finding[]> {
  lacking ??= examined('doctor/lacking');
  return lacking;
}

describe('penstock doctor', () => {
  test('reports no problem if nothing is missing', async () => {
    const findings = await examined('doctor/ready', { load: true });
    expect(findings.map(({ status }) => status)).toEqual(findings.map(() => 'ok'));
    const titles = titlesOf(findings, 'ok').join('\n');
    expect(titles).toMatch(/^Node \d+/);
    expect(titles).toMatch(/^R \d+\.\d+\.\d+ \(.*Rscript\)$/m);
    expect(titles).toMatch(/R package installed: plumber \d/);
    expect(titles).toContain('The code has no known problem with several workers');
    expect(titles).toContain('The app loads: 1 route');
  });

  test('loads the app, in its project: names what fails, with file, line and output, and an app without routes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-doctor-load-'));
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const text =
      'cat("reading the data\\n")\nmodel <- readRDS("model-that-is-not-here.rds")\n#* @get /\nfunction() 1\n';
    const missing = examined(write('plumber.R', text), { load: true });
    mkdirSync(join(folder, 'project', 'api'), { recursive: true });
    write('project/.Rprofile', 'options(project.is = "above")\n');
    const config = write('project/penstock.yaml', 'port: 0\n');
    const checks = 'stopifnot(getOption("project.is") == "above", basename(getwd()) == "api")\n';
    write('project/api/plumber.R', `${checks}#* @get /\nfunction() 1\n`);
    const above = examined(join(folder, 'project', 'api'), { load: true });
    const routeless = examined(write('nothing.R', 'x <- 1\n'), { load: true });
    try {
      const found = (await missing).filter(({ status }) => status === 'missing');
      expect(found).toHaveLength(1);
      expect(`${found[0]!.title}\n${found[0]!.details!.join('\n')}`).toMatch(
        /plumber\.R:2: .*model-that-is-not-here/s,
      );
      expect(found[0]!.details).toContain('reading the data');
      expect(titlesOf(await above, 'ok')).toEqual(
        expect.arrayContaining([
          `Project: ${join(folder, 'project')}`,
          `Configuration: ${config}`,
          'The app loads: 1 route',
        ]),
      );
      expect(titlesOf(await routeless, 'warning')).toEqual([
        'The app loads, but has no routes: every request gets 404',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('names a missing package, where it is used and how to install it', async () => {
    const findings = await examinedLacking();
    const missing = findings.filter(({ status }) => status === 'missing');
    expect(missing).toEqual([
      {
        status: 'missing',
        title: '1 R package missing: no.such.package (plumber.R:1)',
        fix: [`Rscript -e 'install.packages("no.such.package")'`],
      },
    ]);
    expect(titlesOf(findings, 'note')).toEqual([
      '1 R package missing, but optional: another.missing.one (plumber.R:2)',
    ]);
  });

  test('shows the file and line of code that fails with several workers', async () => {
    const findings = await examinedLacking();
    expect(titlesOf(findings, 'warning')).toEqual(['plumber.R:7  counter <<- counter + 1']);
    const [warning] = findings.filter(({ status }) => status === 'warning');
    expect(warning?.details?.[0]).toContain('`counter` is changed while a request runs (GET /count)');
    expect(warning?.fix?.[0]).toContain('--workers 1');
  });

  test('does not warn about such code with one worker', async () => {
    const findings = await examined('doctor/lacking', { flags: { ...freePorts, workers: '1' } });
    expect(titlesOf(findings, 'warning')).toEqual([]);
    expect(titlesOf(findings, 'note')).toContain('plumber.R:7  counter <<- counter + 1');
  });

  test('recommends renv to a project that uses it, and names versions that differ', async () => {
    const findings = await examined('doctor/renv');
    const missing = findings.find(({ status }) => status === 'missing');
    expect(missing?.fix).toEqual(["Rscript -e 'renv::restore()'"]);
    const warning = findings.find(({ status }) => status === 'warning');
    expect(warning?.details?.[0]).toMatch(/^plumber \S+, but renv\.lock requires 0\.0\.1$/);
  });

  test('names the line of a file that cannot be parsed', async () => {
    const missing = titlesOf(await examined('doctor/broken'), 'missing');
    expect(missing).toEqual([`R cannot parse helper.R:3: unexpected '}'`]);
  });

  test("looks for packages in the libraries that the project's .Rprofile sets, whatever it prints", async () => {
    const titles = titlesOf(await examined('doctor/profile'), 'ok').join('\n');
    expect(titles).toContain('only.here 2.3.4');
  });

  test('distinguishes R that fails in this folder from R that is missing', async () => {
    const missing = titlesOf(await examined('doctor/bad-profile'), 'missing');
    expect(missing).toEqual(['R (Rscript) starts but fails in this folder']);
  });

  test('continues without an app, without R and with an invalid configuration', async () => {
    const flags = { port: 'none', rscript: '/no/such/Rscript' };
    const findings = await examined('nowhere', { flags });
    expect(titlesOf(findings, 'missing')).toEqual([
      'No app found. nowhere does not exist.',
      'Invalid configuration. --port: expected a port number from 0 to 65535; got "none".',
    ]);
    const withoutR = await examined('doctor/ready', { flags: { ...freePorts, rscript: '/no/such/Rscript' } });
    expect(titlesOf(withoutR, 'missing')).toEqual(['R was not found: cannot run /no/such/Rscript']);
  });

  test('names a port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    try {
      const findings = await examined('doctor/ready', { flags: { ...freePorts, port: String(port) } });
      expect(titlesOf(findings, 'missing')).toEqual([
        `The public server cannot listen on 127.0.0.1 port ${port}: another program is using it`,
      ]);
    } finally {
      server.close();
    }
  });

  test('reads the configuration next to the app and warns about unknown variables', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-doctor-test-'));
    try {
      writeFileSync(join(folder, 'plumber.R'), '');
      writeFileSync(join(folder, 'penstock.yaml'), 'workers: 2\n');
      const findings = await examined(folder, { env: { PENSTOCK_WORKRES: '3' } });
      expect(titlesOf(findings, 'ok')).toContain(`Configuration: ${join(folder, 'penstock.yaml')}`);
      expect(titlesOf(findings, 'warning')).toEqual([
        'PENSTOCK_WORKRES is not an option of Penstock. Did you mean `PENSTOCK_WORKERS`?',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ['doctor/ready', 0, true],
    ['doctor/lacking', 1, false],
  ])('for %s exits with code %d and reports the result as JSON', async (argument, code, ready) => {
    const written: string[] = [];
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const input = { argument, flags: freePorts, json: true, load: false, cwd: fixtures, env: {} };
      expect(await doctor(input)).toBe(code);
    } finally {
      write.mockRestore();
    }
    expect(JSON.parse(written.join(''))).toMatchObject({ ready, findings: expect.any(Array) });
  });
});
