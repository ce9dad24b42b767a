import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { rProtocol } from '../../scripts/docs/r-protocol.js';
import { callList, partsToWorker } from '../../src/protocol/payloads.js';
import { rNull, rString } from '../../src/rdata/index.js';

test('r/protocol.R is up to date; `npm run docs` generates it', () => {
  const file = resolve(import.meta.dirname, '../../r/protocol.R');
  expect(readFileSync(file, 'utf8')).toBe(rProtocol());
});

test('sends the parts of a call in the order that R expects', () => {
  const none = Object.fromEntries(partsToWorker.call.map((part) => [part, rNull])) as Parameters<
    typeof callList
  >[0];
  const bodyForm = rString('parsed');
  expect(callList({ ...none, bodyForm }).values.indexOf(bodyForm)).toBe(
    partsToWorker.call.indexOf('bodyForm'),
  );
});
