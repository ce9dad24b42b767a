import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { get } from './ask.js';
import { fidelity } from './fidelity.js';

const source = readFileSync(resolve(import.meta.dirname, '../fixtures/apis/values.R'), 'utf8');
const list = source.slice(source.indexOf('values <- list('), source.indexOf('#* @get /boxed'));

// Only the names of the list's elements are quoted strings that are assigned at the top level of the list.
const names = [...list.matchAll(/(?:^ {2}|, )"([^"]+)" = /gm)].map((match) => match[1]!);

fidelity('values.R', { sameInBothLanes: true }, [
  get('/names'),
  ...names.flatMap((name) =>
    ['/boxed', '/unboxed', '/digits', '/inside'].map((path) =>
      get(`${path}?name=${encodeURIComponent(name)}`),
    ),
  ),
]);
