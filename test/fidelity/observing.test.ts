import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sized } from '../support/sized.js';
import { type Ask, get, postJson } from './ask.js';
import { fidelity } from './fidelity.js';

const folder = join(import.meta.dirname, '../fixtures/apis/observing');

/** The names of a list in an R file. */
function namesIn(file: string, list: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  const from = text.indexOf(`\n${list} <- list(\n`);
  return [...text.slice(from, text.indexOf('\n)\n', from)).matchAll(/^ {2}(\w+) = /gm)].map(
    ([, name]) => name!,
  );
}

const seen = namesIn('ways.R', 'seen_ways');
const unseen = namesIn('ways.R', 'unseen_ways');
const changes = namesIn('hooks.R', 'changes');

const FIELDS = [
  'HTTP_X_USER',
  'REQUEST_METHOD',
  'PATH_INFO',
  'QUERY_STRING',
  'HTTP_COOKIE',
  'cookies',
  'args',
  'argsQuery',
  'argsPath',
  'argsBody',
  'body',
  'bodyRaw',
  'postBody',
  'CONTENT_TYPE',
  'HTTP_CONTENT_LENGTH',
  'rook.url_scheme',
  'SCRIPT_NAME',
  'nothing',
];

let count = 0;

/** The next request: another client, another variable, and other headers than the one before on the same worker. */
function next(path: string, method: 'GET' | 'POST' = 'GET'): Ask {
  const number = count++;
  const field = FIELDS[(number * 7) % FIELDS.length]!;
  const headers: [string, string][] = [];
  if (number % 3 > 0) headers.push(['X-User', `user-${number}`]);
  if (number % 4 > 0) headers.push(['Cookie', `k=v${number}; l=w`]);
  if (number % 5 === 0) headers.push(['X-Other', 'other']);
  const query = number % 6 === 0 ? `?x=${number}` : `?field=${field}&x=${number}`;
  const options = { headers, note: String(number) };
  return method === 'GET'
    ? get(path + query, options)
    : postJson(path + query, `{"a": ${number}, "b": "text"}`, options);
}

let turns = 0;

/** In `npm test` one of every `parts`, others at each call. */
function some<T>(all: readonly T[], parts: number): readonly T[] {
  const turn = turns++;
  return sized(
    all.filter((_, i) => (i + turn) % parts === 0),
    all,
  );
}

const places = ['before', 'serializer', 'failing', 'lost'];
const plain = ['plain', 'behind', 'other', 'root'];

fidelity('observing/plumber.R', { flags: ['--workers', '1'], share: 3 }, [
  ...seen.map((way) => next(`/handler/${way}/7`)),
  ...places.flatMap((place) => some(seen, 3).map((way) => next(`/${place}/${way}/7`))),
  ...['handler', 'before'].flatMap((place) => some(seen, 3).map((way) => next(`/${place}/${way}/7`, 'POST'))),
  ...plain.flatMap((place) => unseen.map((way) => next(`/${place}/${way}${place === 'plain' ? '/7' : ''}`))),
  ...unseen.map((way) => next(`/plain/${way}/7`, 'POST')),
]);

const stages = ['preroute', 'filter', 'postroute', 'preserialize', 'postserialize'];
const targets = ['req', 'args', 'all', 'exec'];

fidelity('observing/hooks.R', { flags: ['--workers', '1'], share: 3 }, [
  ...stages.flatMap((stage) => some(seen, 3).map((way) => next(`/see/${stage}/${way}`))),
  ...['preroute', 'filter'].flatMap((stage) =>
    changes.flatMap((change, i) => {
      const paths = targets.map((target) => `/change/${stage}/${change}/${target}/7`);
      const [one, another] = [paths[i % 4]!, paths[(i + 1) % 4]!];
      return sized(
        [next(one), next(another, 'POST')],
        paths.flatMap((path) => [next(path), next(path, 'POST')]),
      );
    }),
  ),
]);
