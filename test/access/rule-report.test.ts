import { describe, expect, test } from 'vitest';
import { rulesByRoute, ruleWarnings } from '../../src/access/rule-report.js';
import type { RuleSettings } from '../../src/config/access-settings.js';

const rule = (path: string, line: number, more: Partial<RuleSettings> = {}): RuleSettings => ({
  path,
  place: `penstock.yaml:${line}`,
  allow: ['key'],
  ...more,
});

const routes = [
  { verbs: ['GET', 'HEAD', 'POST'], path: '/users/<id>' },
  { verbs: ['GET'], path: '/report.csv' },
  { verbs: ['GET'], path: '/files/*' },
  { verbs: ['GET'], path: '/any/.*', prefix: '/any/' },
];

describe('warns of a rule', () => {
  test.each<[string, RuleSettings[], string]>([
    ['that no route matches', [rule('/reports.csv', 2)], 'penstock.yaml:2: no route of the app matches'],
    ['whose path is nearly that of a route', [rule('/report.cvs', 2)], 'Did you mean `/report.csv`?'],
    [
      'whose methods no route has',
      [rule('/report.csv', 2, { methods: ['PUT'] })],
      'rule for PUT /report.csv',
    ],
    [
      'behind one that decides the same for all of its requests',
      [rule('/*', 2, { allow: 'anyone' }), rule('/users/*', 5, { allow: 'nobody', methods: ['GET'] })],
      'penstock.yaml:5: the rule for GET /users/* has no effect, because the one for /* comes first.',
    ],
  ])('%s', (_, rules, warning) => {
    expect(ruleWarnings(rules, routes)).toEqual([expect.stringContaining(warning)]);
  });

  test.each<[string, RuleSettings[]]>([
    [
      'a route',
      [
        rule('/users/<name>', 2),
        rule('/users/*', 3, { methods: ['POST'], perAddress: { burst: 1, interval: 1 } }),
      ],
    ],
    ['some paths of a route', [rule('/users/me', 2), rule('/files/secret', 3), rule('/any/thing', 4)]],
    ['everything, behind rules for less', [rule('/report.csv', 2), rule('/*', 3)]],
  ])('but not of one that matches %s', (_, rules) => {
    expect(ruleWarnings(rules, routes)).toEqual([]);
  });
});

test('tells for each route which rule holds', () => {
  const rules = [
    rule('/users/me', 2, { allow: 'anyone' }),
    rule('/users/*', 3, { methods: ['POST'], allow: ['key', 'token'] }),
    rule('/report.csv', 4, { allow: 'nobody' }),
    rule('/files/*', 5),
  ];
  expect(rulesByRoute(rules, routes)).toEqual([
    'GET /users/<id>: anyone (penstock.yaml:2) for /users/me, else anyone (no rule)',
    'POST /users/<id>: anyone (penstock.yaml:2) for /users/me, else key or token (penstock.yaml:3)',
    'GET /report.csv: nobody (penstock.yaml:4)',
    'GET /files/*: key (penstock.yaml:5)',
    'GET /any/.*: anyone (no rule)',
  ]);
});
