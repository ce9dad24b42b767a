import { expect, test } from 'vitest';
import { BatchPolicy, NO_REPORTS } from '../../src/dispatch/batch-policy.js';
import { Queue } from '../../src/dispatch/queue.js';
import { QueuedTicket } from '../../src/dispatch/queued-ticket.js';
import { Route } from '../../src/dispatch/route.js';
import { FrameType } from '../../src/protocol/frame.js';
import { FakeClock } from '../support/fake-clock.js';
import { batchable } from './fake-batch.js';

const clock = new FakeClock();
const policy = new BatchPolicy({ max: 4, wait: 0 }, NO_REPORTS, true);
const ignore = {
  handed: () => {},
  started: () => {},
  left: () => {},
  opened: () => {},
  closed: () => {},
  answered: () => {},
  lost: () => {},
  returned: () => {},
};
let id = 0;

/** A ticket that arrives a millisecond after the previous one. */
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

const newQueue = (): Queue => new Queue({ reservedWorkers: 0, shortTime: 500 }, clock, () => 4);

/** Removes all requests that may run, in order. */
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

test('requests run in order of arrival, those that run again before all others', () => {
  const queue = newQueue();
  const again = [ticket('a'), ticket('b')];
  for (const label of 'cd') queue.add(ticket(label));
  for (const one of again.reverse()) queue.addAhead(one);
  expect(queue.oldest).toBe(again[1]!.queuedAt);
  expect([queue.size, queue.waiting]).toEqual([4, 2]);
  expect(drain(queue)).toBe('abcd');
  expect(queue.oldest).toBeUndefined();
});

test('requests whose route may not use more workers do not block others, and keep their order', () => {
  const queue = newQueue();
  const route = new Route(1);
  const older = ticket('a', route);
  queue.add(older);
  queue.add(ticket('b'));
  route.running = 1;
  const younger = ticket('c', route);
  queue.hold(younger, route);
  expect(drain(queue)).toBe('b');
  expect([queue.held, route.queued]).toEqual([2, 2]);
  expect(queue.isolation.lacksWorkers).toBe(false);
  route.running = 0;
  queue.add(ticket('d'));
  expect(drain(queue)).toBe('acd');
  expect([queue.held, route.queued, route.queuedItems]).toEqual([0, 0, 0]);
});

test('a batch takes items in order up to its limit, and leaves the others in place', () => {
  const queue = newQueue();
  const route = new Route(Infinity, policy);
  for (const [label, items] of [
    ['a', 2],
    ['b', 3],
    ['c', 1],
    ['d', 1],
    ['e', 1],
  ] as const) {
    queue.add(ticket(label, route, items));
  }
  queue.add(ticket('x', route));
  expect(route.queuedItems).toBe(9);
  const first = queue.next()!;
  queue.remove(first);
  expect(labels(queue.mates(first))).toBe('bcde');
  expect(labels(queue.takeBatch(first))).toBe('acd');
  expect(labels(queue)).toBe('bex');
  expect(route.queuedItems).toBe(5);
});

test('the queue knows a route as long as it has requests in the queue or in R', () => {
  const queue = newQueue();
  const route = new Route();
  const one = ticket('a', route);
  queue.add(one);
  expect([...queue.routes]).toEqual([route]);
  route.running = 1;
  queue.remove(one);
  expect([...queue.routes]).toEqual([route]);
  route.running = 0;
  queue.ran(route);
  expect([...queue.routes]).toEqual([]);
});
