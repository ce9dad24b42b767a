import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayMeet, pathExpression } from '../../src/lanes/path-expression.js';

/** plumber's expressions for the types of path parameters. */
const expressions = [
  '([^/]+)',
  '(-?\\d+)',
  '(-?\\d*\\.?\\d+)',
  '([01tfTF]|true|false|TRUE|FALSE)',
  '((?:(?:[^/]+),?)+)',
  '((?:(?:-?\\d+),?)+)',
  '((?:(?:-?\\d*\\.?\\d+),?)+)',
  '((?:(?:[01tfTF]|true|false|TRUE|FALSE),?)+)',
];

const piece = fc.constantFrom(...'0123-.,,/aé', 'true', 'FALSE', 'T', '/x/', '1,2');

describe('pathExpression', () => {
  test("matches the same paths as plumber's expression, with the same parameters", () => {
    const path = fc.array(piece, { maxLength: 9 }).map((pieces) => `/x/${pieces.join('')}`);
    const types = fc.array(fc.constantFrom(...expressions), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(types, path, (parameters, text) => {
        const theirs = `^/x/${parameters.join('/')}$`;
        const { exact } = pathExpression(theirs);
        expect(exact!.exec(text)?.slice()).toEqual(new RegExp(theirs).exec(text)?.slice());
      }),
      { numRuns: 5000, seed: 7 },
    );
  });

  test('stays fast for paths that are crafted to be slow', () => {
    for (const parameter of expressions) {
      const { exact } = pathExpression(`^/x/${parameter}/end$`);
      const started = performance.now();
      exact!.exec(`/x/${'1'.repeat(500)}${'-'.repeat(500)}!`);
      expect(performance.now() - started).toBeLessThan(500);
    }
  });

  test('leaves expressions that R may read differently to R, and knows the prefix of their paths', () => {
    for (const [regex, prefix] of [
      ['^/pattern/[a-c]+$', '/pattern/'],
      ['^/any/.*$', '/any/'],
      ['^/part<id>$', '/part'],
      ['^/optional?$', '/optiona'],
      ['^/some{2}$', '/som'],
      ['^/a|/b$', ''],
      ['^(?i)/a$', ''],
      ['/no/anchors', ''],
      ['^/prefix((?:(?:-?\\d+),?)+)$', '/prefix'],
      ['^/\\Qx\\E$', '/'],
    ] as const) {
      expect(pathExpression(regex)).toEqual({ exact: undefined, prefix });
    }
  });
});

test('two prefixes may match the same path if one starts with the other', () => {
  expect(mayMeet('/a/', '/a/b')).toBe(true);
  expect(mayMeet('/a/b', '/a/')).toBe(true);
  expect(mayMeet('/a/b', '/a/c')).toBe(false);
  expect(mayMeet('', '/anything')).toBe(true);
});
