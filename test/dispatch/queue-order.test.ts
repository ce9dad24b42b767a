import { expect, test } from 'vitest';
import { BatchPolicy } from '../../src/dispatch/batch-policy.js';
import { Queue } from '../../src/dispatch/queue.js';
import { QueuedTicket } from '../../src/dispatch/queued-ticket.js';
import { Route } from '../../src/dispatch/route.js';
import { FrameType } from '../../src/protocol/frame.js';
import { FakeClock } from '../support/fake-clock.js';
import { batchable } from './fake-batch.js';

const clock = new FakeClock();
const policy = new BatchPolicy({ max: 4, wait: 0 }, () => {}, true);
const ignore = { started: () => {}, left: () => {}, lost: () => {}, returned: () => {} };
let id = 0;

/** One that came a millisecond after the last. */
function ticket(label: string, route?: Route, items?: number): QueuedTicket {
  clock.advance(1);
  id += 1;
  const job = {
    label,
    url: '/',
    type: FrameType.call,
    payload: () => [],
    safe: false,
    urgent: false,
    route,
    batch: items === undefined ? undefined : batchable('k', items, policy, label),
    timeout: 1000,
    settle: () => {},
  };
  return new QueuedTicket(id, job, clock, ignore);
}

const queue = (): Queue => new Queue({ reservedWorkers: 0, shortTime: 500 }, clock, () => 4);

/** Takes out all that may run, in order. */
function drain(from: Queue): string {
  let order = '';
  for (let next = from.next(); next !== undefined; next = from.next()) {
    from.remove(next);
    order += next.label;
  }
  return order;
}

const labels = (tickets: Iterable<QueuedTicket>): string =>
  Array.from(tickets, ({ label }) => label).join('');

test('requests run in order of arrival, those to be run again before all others', () => {
  const line = queue();
  const again = [ticket('a'), ticket('b')];
  for (const label of 'cd') line.add(ticket(label));
  for (const one of again.reverse()) line.addAhead(one);
  expect(line.oldest).toBe(again[1]!.queuedAt);
  expect([line.size, line.waiting]).toEqual([4, 2]);
  expect(drain(line)).toBe('abcd');
  expect(line.oldest).toBeUndefined();
});

test('requests whose route has no worker left hold up no other, and keep their order until it has', () => {
  const line = queue();
  const route = new Route(1);
  const older = ticket('a', route);
  line.add(older);
  line.add(ticket('b'));
  route.running = 1;
  const younger = ticket('c', route);
  line.hold(younger, route);
  expect(drain(line)).toBe('b');
  expect([line.held, route.queued]).toEqual([2, 2]);
  expect(line.isolation.lacksWorkers).toBe(false);
  route.running = 0;
  line.add(ticket('d'));
  expect(drain(line)).toBe('acd');
  expect([line.held, route.queued, route.queuedItems]).toEqual([0, 0, 0]);
});

test('a batch takes as many items as it may have, in order, and leaves the others where they are', () => {
  const line = queue();
  const route = new Route(Infinity, policy);
  for (const [label, items] of [
    ['a', 2],
    ['b', 3],
    ['c', 1],
    ['d', 1],
    ['e', 1],
  ] as const) {
    line.add(ticket(label, route, items));
  }
  line.add(ticket('x', route));
  expect(route.queuedItems).toBe(9);
  const first = line.next()!;
  line.remove(first);
  expect(labels(line.mates(first))).toBe('bcde');
  expect(labels(line.takeBatch(first))).toBe('acd');
  expect(labels(line)).toBe('bex');
  expect(route.queuedItems).toBe(5);
});

test('a route is known to the queue as long as it has requests there or in R', () => {
  const line = queue();
  const route = new Route();
  const one = ticket('a', route);
  line.add(one);
  expect([...line.routes]).toEqual([route]);
  route.running = 1;
  line.remove(one);
  expect([...line.routes]).toEqual([route]);
  route.running = 0;
  line.ran(route);
  expect([...line.routes]).toEqual([]);
});
