import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import type { FoundField, ModelDescription } from '../../src/app/model-description.js';
import { readModelSection } from '../../src/config/model-section.js';
import { servedModel } from '../../src/models/served-model.js';
import { plainModel } from './plain-model.js';

function described(fields: readonly FoundField[] | undefined): ModelDescription {
  return {
    ...plainModel('cars', '1'),
    fields,
    failure: undefined,
    trialFailure: undefined,
    defaultType: undefined,
    nulls: true,
  };
}

/** The lines that the error prints, between the sentence and the end. */
function askedLines(fields: readonly FoundField[] | undefined, section?: readonly string[]): string {
  try {
    servedModel(described(fields), {}, section);
  } catch (error) {
    return (error as Error).message.split('\n\n')[1]!.trimEnd();
  }
  throw new Error('nothing was asked');
}

function settingsOf(yaml: string) {
  const document = parseDocument(yaml);
  return readModelSection(document.get('model', true), document, () => '');
}

test('asks for what the object does not tell, with lines to paste into penstock.yaml', () => {
  const fields: FoundField[] = [
    { name: 'wt', type: 'number' },
    { name: 'cyl', type: 'unknown', likely: 'number' },
    { name: 'true size', type: 'factor', ordered: true },
    { name: 'city', type: 'unknown', likely: 'string' },
    { name: 'since', type: 'unknown', likely: 'date' },
    { name: 'null', type: 'unknown' },
  ];
  expect(askedLines(fields)).toBe(
    [
      'model:',
      '  fields:',
      '    cyl: number  # if it was a factor or text: {type: factor, levels: […]}, with the levels in the order of levels(factor(data$cyl))',
      '    true size: {type: factor, ordered: true, levels: []}  # list levels(data[["true size"]])',
      '    city: {type: factor, levels: []}  # list levels(factor(data$city))',
      '    since: date  # or datetime, if data$since was a POSIXct',
      '    "null":  # number, integer, boolean, string, date, datetime, or {type: factor, levels: […]} with levels(data$null)',
    ].join('\n'),
  );
});

test('serves the model once the lines are completed, and not before', () => {
  const fields: FoundField[] = [
    { name: 'cyl', type: 'unknown', likely: 'number' },
    { name: 'size', type: 'factor', ordered: true },
  ];
  const pasted = askedLines(fields);
  const { faults, settings } = settingsOf(pasted);
  expect(faults).toEqual([]);
  expect(() => servedModel(described(fields), settings)).toThrow('of `size`.');
  const completed = settingsOf(pasted.replace('levels: []', 'levels: [s, m, l]')).settings;
  expect(servedModel(described(fields), completed).fields).toMatchObject([
    { name: 'cyl', type: 'number' },
    { name: 'size', type: 'factor', ordered: true, levels: ['s', 'm', 'l'] },
  ]);
  expect(settingsOf(askedLines([{ name: 'x', type: 'unknown' }])).faults).toHaveLength(1);
});

test('asks for the names of the inputs, and under the name of a model in a folder', () => {
  expect(askedLines(undefined, ['models', 'rents 2'])).toBe(
    [
      'models:',
      '  rents 2:',
      '    fields:  # the columns of the training data, in their order',
      '      FIRST_COLUMN: number',
      '      SECOND_COLUMN: number',
    ].join('\n'),
  );
});
