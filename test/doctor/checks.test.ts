import { describe, expect, test } from 'vitest';
import type { RAnswer } from '../../src/doctor/ask-r.js';
import { checkNode } from '../../src/doctor/node-check.js';
import { checkR, reportRFailure } from '../../src/doctor/r-check.js';
import { renderReport } from '../../src/doctor/report.js';
import { checkDescriptors, checkTemporaryFolder } from '../../src/doctor/system-check.js';

describe('Node', () => {
  test.each([
    ['20.19.0', 'ok'],
    ['20.18.3', 'missing'],
    ['18.20.0', 'missing'],
    ['22.0.0', 'ok'],
    ['20.20.2', 'ok'],
  ])('%s is %s', (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });
});

describe('R', () => {
  const plumber = { name: 'plumber', version: '1.2.1', wanted: null, required: true, file: null, line: null };
  const answer: RAnswer = {
    version: '4.2.2',
    program: '/usr/lib/R/bin/Rscript',
    libraries: [],
    renv: false,
    engine: { name: 'plumber', loads: true, message: null },
    packages: [{ ...plumber, installed: true }],
    errors: [],
    hazards: [],
    outside: [],
  };

  test('older than 4.0 is reported', () => {
    expect(checkR({ ...answer, version: '3.6.3' }, 'Rscript')[0]?.status).toBe('missing');
    expect(checkR(answer, 'Rscript').map(({ status }) => status)).toEqual(['ok']);
  });

  test('with a plumber that cannot be loaded is reported with the reason', () => {
    const broken = { ...answer, engine: { name: 'plumber', loads: false, message: 'no libsodium\nat all' } };
    expect(checkR(broken, 'Rscript')[1]).toMatchObject({
      status: 'missing',
      details: ['no libsodium', 'at all'],
    });
  });

  test('without plumber is reported only as a missing package', () => {
    const without = {
      ...answer,
      engine: { name: 'plumber', loads: false, message: 'there is no package' },
      packages: [{ ...plumber, installed: false, version: null }],
    };
    expect(checkR(without, 'Rscript')).toHaveLength(1);
  });

  test('that fails is reported with the end of its output', () => {
    const output = Array.from({ length: 50 }, (_, i) => `line ${i}`).join('\n');
    const { details } = reportRFailure({ absent: false, output }, 'Rscript');
    expect(details).toHaveLength(10);
    expect(details?.at(-1)).toBe('line 49');
  });
});

describe('The limit on open files', () => {
  const limits = (soft: string) => () =>
    `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${soft}                 4096                 files\n`;
  const config = { maxConnections: 10_000, workers: { min: 2, max: 4 } };

  test.each([
    ['20000', 'ok'],
    ['unlimited', 'ok'],
    ['4096', 'warning'],
    ['64', 'missing'],
  ])('%s is %s', (soft, status) => {
    expect(checkDescriptors(config, limits(soft))?.status).toBe(status);
  });

  test('is ignored if it cannot be read', () => {
    const nowhere = () => {
      throw new Error('no /proc');
    };
    expect(checkDescriptors(config, nowhere)).toBeUndefined();
    expect(checkDescriptors(config, () => 'something else')).toBeUndefined();
  });
});

test('reports a temporary folder that does not exist', () => {
  expect(checkTemporaryFolder('/no/such/folder')).toMatchObject({
    status: 'missing',
    fix: ['Set another folder with the environment variable TMPDIR.'],
  });
});

describe('The report', () => {
  const findings = [
    { status: 'ok', title: 'good' },
    { status: 'warning', title: 'doubtful', details: ['because'], fix: ['do this'] },
  ] as const;

  test('shows a mark, the reason and the fix of each finding, and ends with the verdict', () => {
    expect(renderReport(findings, false)).toBe(
      '✔ good\n⚠ doubtful\n    because\n    → do this\n\nReady to serve, with 1 warning.\n',
    );
    expect(renderReport([{ status: 'missing', title: 'gone' }], false)).toContain(
      'Not ready: fix 1 problem first.',
    );
  });

  test('uses colours only if asked to', () => {
    expect(renderReport(findings, false)).not.toContain('\u001b');
    expect(renderReport(findings, true)).toContain('\u001b');
  });
});
