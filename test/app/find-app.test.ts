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

function errorDetail(argument: string | undefined): string {
  try {
    findApp(argument, cwd);
  } catch (error) {
    expect((error as PenstockError).code).toBe('app_not_found');
    return (error as PenstockError).detail!;
  }
  throw new Error('expected an error, but found an app');
}

describe('A file', () => {
  test('is served whatever its name', () => {
    const file = write('src/my api.R');
    expect(findApp('src/my api.R', cwd)).toEqual({
      kind: 'plumber',
      directory: join(cwd, 'src'),
      file,
      entry: 'file',
    });
  });

  test('may be an absolute path, and may end in .r', () => {
    const file = write('api.r');
    expect(findApp(file, '/').file).toBe(file);
  });

  test('may be a link', () => {
    write('real/plumber.R');
    symlinkSync('real/plumber.R', join(cwd, 'link.R'));
    expect(findApp('link.R', cwd).directory).toBe(cwd);
  });

  test('named entrypoint.R builds its own router', () => {
    write('entrypoint.R');
    expect(findApp('entrypoint.R', cwd).entry).toBe('directory');
  });
});

describe('A directory', () => {
  test('is the working directory by default', () => {
    const file = write('plumber.R');
    expect(findApp(undefined, cwd)).toMatchObject({ file, directory: cwd, entry: 'file' });
  });

  test.each(['api', 'api/', './api'])('given as %s is searched for an app', (argument) => {
    const file = write('api/plumber.R');
    expect(findApp(argument, cwd).file).toBe(file);
  });

  test('with entrypoint.R and plumber.R serves entrypoint.R, as plumber does', () => {
    write('plumber.R');
    const file = write('entrypoint.R');
    expect(findApp('.', cwd)).toMatchObject({ file, entry: 'directory' });
  });

  test.each(['PLUMBER.r', 'Plumber.R', 'plumber.r'])('may contain %s', (name) => {
    const file = write(name);
    expect(findApp('.', cwd).file).toBe(file);
  });

  test.each(['ENTRYPOINT.R', 'Entrypoint.r'])('may contain %s', (name) => {
    write('plumber.R');
    const file = write(name);
    expect(findApp('.', cwd)).toMatchObject({ file, entry: 'directory' });
  });
});

describe('An error explains', () => {
  test('that the path does not exist', () => {
    expect(errorDetail('nowhere')).toBe('nowhere does not exist.');
    write('file.R');
    expect(errorDetail('file.R/plumber.R')).toBe('file.R/plumber.R does not exist.');
  });

  test('that a directory contains no app', () => {
    write('notes.R', 'x <- 1\n');
    expect(errorDetail(undefined)).toBe(`${cwd} contains no entrypoint.R, no plumber.R and no models.`);
  });

  test('which files look like an app', () => {
    write('api/a.R', '\uFEFF#* @get /x\nfunction() 1\n');
    write('api/b.R', "x <- 1\n#' @post /y\nfunction() 1\n");
    write('api/c.R', 'f <- function() 1 # @get\n');
    expect(errorDetail('api')).toContain('a.R, b.R have plumber annotations: name the file to serve.');
  });

  test('that the path is not an R file', () => {
    write('plumber.py');
    expect(errorDetail('plumber.py')).toBe('plumber.py is not an R file (.R) or a saved model (.rds).');
    expect(errorDetail('/dev/null')).toContain('is not a file or a directory');
  });
});

test('throws a PenstockError', () => {
  expect(() => findApp('nowhere', cwd)).toThrow(PenstockError);
});

describe('An app of another framework', () => {
  const dialect = (text: string): [string, string] => {
    const { entry, kind } = findApp(write('api.R', text), cwd);
    return [kind, entry];
  };

  test.each([
    ['library(httpuv)\nrunServer("127.0.0.1", 8000, list(call = f))'],
    ['app <- fiery::Fire$new()\napp'],
    ['require("ambiorix")\napp <- Ambiorix$new()\napp$start()'],
    ['library(shiny)\nshinyApp(ui, server)'],
    ['pa <- plumber2::api("routes.R")\nplumber2::api_run(pa)'],
  ])('is a file that uses its package: %j', (text) => {
    expect(dialect(text)).toEqual(['httpuv', 'script']);
  });

  test.each([
    ['#* @get /a\n#* @query n:integer\nfunction(query) query$n'],
    ['#* @any /a\nfunction() 1'],
    ['#* @get /a\nfunction() 1\n\n#* @message\nfunction(message) 1'],
    ['library(plumber2)\n#* @get /a\nfunction() 1'],
  ])('is a file with annotations that only plumber2 has: %j', (text) => {
    expect(dialect(text)).toEqual(['httpuv', 'plumber2']);
  });

  test.each([
    ['#* @get /a\nfunction(query) query'],
    ['#* @get /a\n#* @response 200 fine\n#* @param a:int number\nfunction(a) a'],
    ['library(httpuv)\n#* @get /a\nfunction() 1'],
    ['# library(fiery)\nlibrary(plumber)\npr_run(pr())'],
    ['library(plumber)\nhttpuv::randomPort()\npr_run(pr())'],
    ['#* @any /a\nfunction() 1\n\n#* @plumber\nfunction(pr) plumber::pr_get(pr, "/b", identity)'],
    ['#* @filter log\nfunction() plumber$forward()\n\n#* @any /a\nfunction() 1'],
  ])('is not a file of plumber: %j', (text) => {
    expect(dialect(text)[0]).toBe('plumber');
  });

  test('is a folder with _server.yml, whatever else it has', () => {
    write('plumber.R', '#* @get /a\nfunction() 1');
    const file = write('_server.yml', 'engine: plumber2\nroutes: plumber.R\n');
    expect(findApp('.', cwd)).toMatchObject({ kind: 'httpuv', entry: 'server', file, directory: cwd });
  });

  test('is a folder with an app.R that uses its package', () => {
    const file = write('app.R', 'library(fiery)\nFire$new()');
    expect(findApp('.', cwd)).toMatchObject({ kind: 'httpuv', entry: 'script', file });
  });

  test('is not a folder with the app.R of a Shiny app', () => {
    write('app.R', 'library(shiny)\nshinyApp(ui, server)');
    expect(errorDetail('.')).toContain('contains no');
  });
});
