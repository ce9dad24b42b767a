import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findApp } from '../../src/app/find-app.js';
import { PenstockError } from '../../src/errors.js';

let cwd: string;

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'penstock-app-')));
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function write(path: string, text = ''): string {
  const file = join(cwd, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function refusal(argument: string | undefined): string {
  try {
    findApp(argument, cwd);
  } catch (error) {
    expect((error as PenstockError).code).toBe('app_not_found');
    return (error as PenstockError).detail!;
  }
  throw new Error('an app was found');
}

describe('A file', () => {
  test('is taken as it is, whatever its name', () => {
    const file = write('src/my api.R');
    expect(findApp('src/my api.R', cwd)).toEqual({
      kind: 'plumber',
      directory: join(cwd, 'src'),
      file,
      entry: 'file',
    });
  });

  test('may be named from anywhere, and with .r', () => {
    const file = write('api.r');
    expect(findApp(file, '/').file).toBe(file);
  });

  test('may be a link', () => {
    write('real/plumber.R');
    symlinkSync('real/plumber.R', join(cwd, 'link.R'));
    expect(findApp('link.R', cwd).directory).toBe(cwd);
  });

  test('that is an entrypoint builds its router itself', () => {
    write('entrypoint.R');
    expect(findApp('entrypoint.R', cwd).entry).toBe('directory');
  });
});

describe('A directory', () => {
  test('is the working directory when none is named', () => {
    const file = write('plumber.R');
    expect(findApp(undefined, cwd)).toMatchObject({ file, directory: cwd, entry: 'file' });
  });

  test.each(['api', 'api/', './api'])('named %s is looked into', (argument) => {
    const file = write('api/plumber.R');
    expect(findApp(argument, cwd).file).toBe(file);
  });

  test('serves entrypoint.R before plumber.R, as plumber does', () => {
    write('plumber.R');
    const file = write('entrypoint.R');
    expect(findApp('.', cwd)).toMatchObject({ file, entry: 'directory' });
  });

  test.each(['PLUMBER.r', 'Plumber.R', 'plumber.r'])('may spell it %s', (name) => {
    const file = write(name);
    expect(findApp('.', cwd).file).toBe(file);
  });

  test.each(['ENTRYPOINT.R', 'Entrypoint.r'])('may spell it %s', (name) => {
    write('plumber.R');
    const file = write(name);
    expect(findApp('.', cwd)).toMatchObject({ file, entry: 'directory' });
  });
});

describe('What cannot be served is told', () => {
  test('when nothing is there', () => {
    expect(refusal('nowhere')).toBe('nowhere does not exist.');
    write('file.R');
    expect(refusal('file.R/plumber.R')).toBe('file.R/plumber.R does not exist.');
  });

  test('when a directory has no app', () => {
    write('notes.R', 'x <- 1\n');
    expect(refusal(undefined)).toBe(`${cwd} contains no entrypoint.R, no plumber.R and no models.`);
  });

  test('with the files that look like one', () => {
    write('api/a.R', '#* @get /x\nfunction() 1\n');
    write('api/b.R', "x <- 1\n#' @post /y\nfunction() 1\n");
    write('api/c.R', 'f <- function() 1 # @get\n');
    expect(refusal('api')).toContain('a.R, b.R have plumber annotations: name the file to serve.');
  });

  test('when it is no R file', () => {
    write('plumber.py');
    expect(refusal('plumber.py')).toBe('plumber.py is not an R file (.R) or a saved model (.rds).');
    expect(refusal('/dev/null')).toContain('is not a file or a directory');
  });
});

test('the error is one that a command ends with', () => {
  expect(() => findApp('nowhere', cwd)).toThrow(PenstockError);
});
