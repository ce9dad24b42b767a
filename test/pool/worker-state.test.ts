import { expect, test } from 'vitest';
import { transition, type WorkerState } from '../../src/pool/worker-state.js';

const states: readonly WorkerState[] = [
  'starting',
  'warming',
  'idle',
  'busy',
  'draining',
  'stopping',
  'dead',
];

const allowed = new Set([
  'starting warming',
  'starting stopping',
  'warming idle',
  'warming stopping',
  'idle busy',
  'idle draining',
  'idle stopping',
  'busy idle',
  'busy draining',
  'busy stopping',
  'draining stopping',
  'stopping dead',
]);

const pairs = states.flatMap((from) => states.map((to) => [from, to] as const));

test('a worker makes only the transitions in the table', () => {
  for (const [from, to] of pairs) {
    if (to === 'dead' && from !== 'dead') continue;
    if (allowed.has(`${from} ${to}`)) expect(transition(from, to)).toBe(to);
    else expect(() => transition(from, to), `${from} to ${to}`).toThrow(`can't go from ${from} to ${to}`);
  }
});

test('a process can end in every state, but only once', () => {
  for (const from of states) {
    if (from === 'dead') expect(() => transition('dead', 'dead')).toThrow();
    else expect(transition(from, 'dead')).toBe('dead');
  }
});

test('only idle workers get work', () => {
  const takers = states.filter((from) => allowed.has(`${from} busy`));
  expect(takers).toEqual(['idle']);
});
