import { describe, expect, test } from 'vitest';
import { repairedDisposition } from '../../src/lanes/repairs/attachment.js';
import { unbracketed } from '../../src/lanes/repairs/bracketed-names.js';

describe('Names in a query or a form lose the brackets at their end', () => {
  test.each([
    ['a[]=1&a[]=2', 'a=1&a=2'],
    ['a%5B%5D=1&b=2&c%5b%5d=3', 'a=1&b=2&c=3'],
    ['a[b]=1&a[][c]=2', 'a[b]=1&a[][c]=2'],
    ['a=x[]&b=[]=1', 'a=x[]&b=[]=1'],
    ['[]=1', '[]=1'],
  ])('%s', (text, expected) => {
    expect(unbracketed(text)).toBe(expected);
  });
});

describe('The file name of an attachment', () => {
  const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

  test('is also encoded if it is not ASCII', () => {
    expect(repairedDisposition(latin1('attachment; filename="größe (1).csv"'))).toBe(
      `attachment; filename="gr__e (1).csv"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%281%29.csv`,
    );
  });

  test.each(['attachment; filename="cars.csv"', 'inline', latin1('attachment; name="ä"')])(
    'stays as it is in %s',
    (value) => {
      expect(repairedDisposition(value)).toBe(value);
    },
  );
});
