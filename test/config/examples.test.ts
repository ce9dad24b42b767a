import { expect, test } from 'vitest';
import { optionNames, options } from '../../src/config/options.js';

/** The values that a text offers after "such as". */
function examplesIn(text: string): string[] {
  return [...text.matchAll(/such as ([^;()]+)/g)].flatMap(([, list = '']) =>
    list
      .split(/, (?:or )?| or | and /)
      .map((word) => word.replace(/[.`]+$|^`/g, ''))
      .filter((word) => /^\S+$/.test(word)),
  );
}

const offered = optionNames.flatMap((name) =>
  [options[name].kind.expects, options[name].summary].flatMap((text) =>
    examplesIn(text).map((example) => [name, example] as const),
  ),
);

test('there are examples', () => {
  expect(offered).toContainEqual(['cpu', '0.5']);
  expect(offered.length).toBeGreaterThan(20);
});

test.each(offered)('--%s accepts the example %s of its own help or message', (name, example) => {
  expect(options[name].kind.parse(example)).toBeDefined();
});
