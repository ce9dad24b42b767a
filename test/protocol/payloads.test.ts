import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { rProtocol } from '../../scripts/docs/r-protocol.js';
import { callList, partsToWorker } from '../../src/protocol/payloads.js';
import { rNull, rString } from '../../src/rdata/index.js';

test('r/protocol.R describes the same protocol; `npm run docs` writes it', () => {
  const file = resolve(import.meta.dirname, '../../r/protocol.R');
  expect(readFileSync(file, 'utf8')).toBe(rProtocol());
});

test('the parts of a call are sent in the order in which R names them', () => {
  const none = Object.fromEntries(partsToWorker.call.map((part) => [part, rNull])) as Parameters<
    typeof callList
  >[0];
  const bodyForm = rString('parsed');
  expect(callList({ ...none, bodyForm }).values.indexOf(bodyForm)).toBe(
    partsToWorker.call.indexOf('bodyForm'),
  );
});
