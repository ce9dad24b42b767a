import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampled, sized } from '../support/sized.js';
import { type Ask, get, post, postJson } from './ask.js';
import { fidelity } from './fidelity.js';

const text = readFileSync(join(import.meta.dirname, '../fixtures/apis/observing/settings.R'), 'utf8');

function namesIn(list: string): string[] {
  const from = text.indexOf(`\n${list} <- list(\n`);
  return [...text.slice(from, text.indexOf('\n)\n', from)).matchAll(/^ {2}(\w+) = /gm)].map(
    ([, name]) => name!,
  );
}

let turns = 0;

const KINDS = [
  'numbers',
  'dates',
  'text',
  'factor',
  'named',
  'decimals',
  'frame',
  'digits',
  'header',
  'warning',
  'error',
];

/**
 * Looks at values, parsed input and routes, once a setting or a part of the router has changed. `npm test` takes every
 * third of them, others for each change.
 */
function look(note: string): Ask[] {
  const turn = turns++;
  const asks = [
    ...KINDS.map((kind) => get(`/show/${kind}`, { note })),
    postJson('/echo', '{"a": [100000, "x"], "b": [1.5, null], "c": {"d": "2024-01-01"}}', { note }),
    post('/echo?a=1', 'a=2&b=3', undefined, { note }),
    get('/path/100000', { note }),
    get('/added', { note }),
    get('/mounted/', { note }),
    get('/inner/', { note }),
    get('/inner/late', { note }),
    get('/inner/fails', { note }),
    get('/elsewhere', { note }),
    get('/onlyget/', { note }),
    post('/onlyget', '', undefined, { note }),
  ];
  return sized(
    asks.filter((_, i) => (i + turn) % 3 === 0),
    asks,
  );
}

/** Undoing needs a way in when a shared secret is asked for. */
const withSecret: [string, string][] = [['Plumber-Shared-Secret', 'secret']];

fidelity('observing/settings.R', { flags: ['--workers', '1'] }, [
  ...sampled(namesIn('settings'), 2).flatMap((name) => [
    get(`/set/${name}`),
    ...look(`with ${name}`),
    get('/undo', { note: name, headers: withSecret }),
  ]),
  ...sampled(namesIn('changes'), 2).flatMap((name) => [
    get(`/change/${name}`),
    ...look(`after ${name}`),
    get('/undo', { note: name }),
  ]),
  ...look('as at the start'),
]);
