import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Policy } from '../../src/access/policy.js';
import { Rules } from '../../src/access/rules.js';
import type { Route } from '../../src/app/manifest.js';
import type { RuleSettings } from '../../src/config/access-settings.js';
import { AppPaths } from '../../src/lanes/route-paths.js';
import { sized } from '../support/sized.js';

const folder = mkdtempSync(join(tmpdir(), 'penstock-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Endpoint {
  readonly path: string;
  readonly verbs: readonly string[];
  readonly forwards: boolean;
  readonly first: boolean;
}

interface Api {
  readonly routes: readonly Endpoint[];
  readonly mounts: readonly { path: string; files: boolean; routes: readonly Endpoint[] }[];
  readonly requests: readonly { method: string; path: string }[];
  readonly rules: readonly RuleSettings[];
}

const segments = ['a', 'b.c', 'v1.0', 'x-y', 'index.html', 'sub'];
const special = ['<id>', '<id:int>', '<id>.csv', '.*', 'a+', '(a|b.c)', '[ab].c'];
const files = ['/index.html', '/a', '/sub/index.html', '/sub/b.c', '/v1.0'];
const values = ['a', 'b.c', '7', '-1', 'aXc', 'x%2Dy', '%61', 'a%2Fb', 'sub'];
const verbs = fc.uniqueArray(fc.constantFrom('GET', 'POST', 'HEAD'), { minLength: 1 });
const joined = (parts: readonly string[]) => `/${parts.join('/')}`;

const template = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...segments) }, fc.constantFrom(...special)), {
    minLength: 1,
    maxLength: 3,
  })
  .map(joined);

const endpoint = fc.record({
  path: template,
  verbs,
  forwards: fc.constantFrom(true, false, false, false),
  first: fc.constantFrom(true, false, false, false),
});
const mount = fc.record({
  path: fc.constantFrom('/a', '/m', '/v1.0', '/m/n'),
  files: fc.boolean(),
  routes: fc.array(endpoint, { minLength: 1, maxLength: 4 }),
});

const allow = fc.constantFrom<NonNullable<RuleSettings['allow']>>(
  ...(['anyone', 'nobody', ['key'], ['token'], ['key', 'token']] as const),
);

function settings(paths: readonly string[]): fc.Arbitrary<RuleSettings> {
  const path = fc.oneof(
    fc.constantFrom('/a', ...paths.filter((one) => !/[*+()[\]|]/.test(one.replaceAll(/<[^>]*>/g, '')))),
    fc.constantFrom(...paths).map((one) => `${one.slice(0, one.lastIndexOf('/'))}/*`),
    fc.array(fc.constantFrom(...segments, ...values, '*'), { minLength: 1, maxLength: 3 }).map(joined),
  );
  return fc.record(
    {
      path,
      place: fc.constant(''),
      methods: fc.constantFrom(['GET'], ['POST'], ['GET', 'POST']),
      allow,
      names: fc.constantFrom(['one'], ['one', 'two']),
      scopes: fc.constantFrom(['read'], ['read', 'write']),
    },
    { requiredKeys: ['path', 'place', 'allow'] },
  );
}

/** A path that may run a route in spite of how it is written. */
function spelled(paths: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...paths),
      fc.array(fc.constantFrom(...values), { minLength: 3, maxLength: 3 }),
      fc.array(fc.constantFrom('.', '-', 'X', '%2E'), { minLength: 4, maxLength: 4 }),
      fc.constantFrom('', '', '', '', '/', '/.', '?', 'long'),
      fc.constantFrom('', '', '', 'encoded', 'double', 'dots'),
    )
    .map(([path, filling, dots, end, change]) => {
      let [i, j] = [0, 0];
      let text = path
        .replaceAll(/<[^>]*>|\.\*|a\+|\(a\|b\.c\)|\[ab\](?=\.)/g, () => filling[i++ % 3]!)
        .replaceAll('.', () => dots[j++ % 4]!);
      if (change === 'encoded')
        text = text.replace(/a|b/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
      if (change === 'double') text = text.replace(/\/(?=[^/]*$)/, '//');
      if (change === 'dots') text = `/a/..${text}`;
      if (end === 'long') return `${text}${'a'.repeat(1100)}`;
      return end === '?' ? text : text + end;
    });
}

const api: fc.Arbitrary<Api> = fc
  .tuple(
    fc.array(endpoint, { minLength: 2, maxLength: 6 }),
    fc.uniqueArray(mount, { maxLength: 2, selector: ({ path }) => path }),
  )
  .chain(([routes, mounts]) => {
    const paths = [
      ...routes.map(({ path }) => path),
      ...mounts.flatMap((one) => [
        `${one.path}/`,
        ...(one.files ? files : one.routes.map(({ path }) => path)).map((path) => one.path + path),
      ]),
    ];
    const method = fc.constantFrom('GET', 'GET', 'POST', 'HEAD');
    return fc.record({
      routes: fc.constant(routes),
      mounts: fc.constant(mounts),
      requests: fc.array(fc.record({ method, path: spelled(paths) }), { minLength: 30, maxLength: 30 }),
      rules: fc.array(settings(paths), { minLength: 1, maxLength: 5 }),
    });
  });

interface Answer {
  readonly routes: readonly Route[];
  /** The paths of the handlers that ran, by request. */
  readonly ran: readonly (readonly string[])[];
}

/** Real plumber's answers, from one process. */
function inPlumber(apis: readonly Api[]): Answer[] {
  const served = join(folder, 'files');
  mkdirSync(join(served, 'sub'), { recursive: true });
  for (const file of files) writeFileSync(join(served, file), `file ${file}`);
  const input = join(folder, 'apis.json');
  writeFileSync(input, JSON.stringify(apis));
  const here = import.meta.dirname;
  const output = join(folder, 'answers.json');
  execFileSync('Rscript', [join(here, 'handlers.R'), served, input, resolve(here, '../../r'), output], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return JSON.parse(readFileSync(output, 'utf8')) as Answer[];
}

interface Caller {
  readonly kind?: 'key' | 'token';
  readonly name?: string;
  readonly scopes?: readonly string[];
}

const callers: readonly Caller[] = [
  {},
  ...['one', 'two', 'three'].map((name) => ({ kind: 'key' as const, name })),
  ...[[], ['read'], ['read', 'write']].map((scopes) => ({ kind: 'token' as const, name: 'one', scopes })),
];

function admits({ allow: allowed, names, scopes }: Policy, { kind, name, scopes: own }: Caller): boolean {
  if (allowed === 'anyone') return true;
  if (allowed === 'nobody' || kind === undefined || !allowed.includes(kind)) return false;
  return (names?.includes(name!) ?? true) && (own === undefined || scopes.every((one) => own.includes(one)));
}

const seed = Number(process.env.PENSTOCK_TEST_SEED ?? 11);

test('no request runs a handler whose own path has a rule that rejects the request', () => {
  const apis = fc.sample(api, { numRuns: sized(25, 1000), seed });
  const answers = inPlumber(apis);
  let handled = 0;
  let disguised = 0;
  apis.forEach(({ requests, rules }, i) => {
    const { ran, routes } = answers[i]!;
    const paths = new AppPaths([routes]);
    const [guard, plain] = [new Rules(rules), new Rules(rules)];
    requests.forEach(({ method, path }, j) => {
      for (const own of ran[j]!) {
        handled += 1;
        const [asked, due] = [guard.find(method, path, paths), plain.find(method, own, undefined)];
        for (const caller of callers) {
          if (!admits(asked, caller) || admits(due, caller)) {
            if (admits(plain.find(method, path, undefined), caller) && !admits(due, caller)) disguised += 1;
            continue;
          }
          expect.fail(
            `seed ${seed}, API ${i}: ${method} ${path} runs ${own} for ${JSON.stringify(caller)}, ` +
              `which it must not: ${JSON.stringify({ rules, routes: routes.map((route) => route.path) })}`,
          );
        }
      }
    });
  });
  expect(handled).toBeGreaterThan(150);
  expect(disguised).toBeGreaterThan(5);
});
