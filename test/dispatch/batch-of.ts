import { vi } from 'vitest';
import type { Batchable, Split } from '../../src/dispatch/batch.js';
import { BatchPolicy, NO_REPORTS } from '../../src/dispatch/batch-policy.js';
import { BatchUnit } from '../../src/dispatch/batch-unit.js';
import type { Outcome } from '../../src/dispatch/outcome.js';
import { QueuedTicket } from '../../src/dispatch/queued-ticket.js';
import { FrameType } from '../../src/protocol/frame.js';
import { FakeClock } from '../support/fake-clock.js';

export const worker = { id: 1, interrupt: () => {}, abandon: () => {}, pull: () => {} };

interface BatchOptions {
  readonly known?: boolean;
  readonly isSame?: Batchable['isSame'];
  readonly random?: () => number;
}

/** A batch of `size` requests whose result is split by `split`. */
export function batchOf(
  size: number,
  split: () => Split,
  { known = true, isSame = (): boolean => true, random = (): number => 0 }: BatchOptions = {},
) {
  const clock = new FakeClock();
  const disabled = vi.fn();
  const policy = new BatchPolicy({ max: 64, wait: 0 }, { ...NO_REPORTS, notBatched: disabled }, known);
  /** Requests that are returned to run again, in order. */
  const again: QueuedTicket[] = [];
  const outcomes: Outcome[][] = [];
  const listener = { computed: vi.fn(), split: vi.fn(), failed: vi.fn() };
  const batch: Batchable = {
    key: 'k',
    items: 1,
    policy,
    merge: () => ({ type: FrameType.call, payload: [], split }),
    succeeded: ({ id }) => id === 0,
    isSame,
  };
  const tickets = Array.from({ length: size }, (_, i) => {
    outcomes.push([]);
    const job = {
      label: `${i}`,
      url: '/',
      type: FrameType.call,
      payload: () => [],
      safe: false,
      urgent: false,
      batch,
      timeout: 1000,
      settle: (outcome: Outcome) => outcomes[i]!.push(outcome),
    };
    const ticket = new QueuedTicket(i + 1, job, clock, {
      handed: () => {},
      started: () => {},
      left: () => {},
      opened: () => {},
      closed: () => {},
      answered: () => {},
      lost: () => {},
      returned: (one) => one.state !== 'settled' && again.push(one),
    });
    ticket.startDeadline(() => {});
    return ticket;
  });
  const unit = new BatchUnit(99, tickets, clock, listener, random);
  unit.started(worker);
  return { again, clock, disabled, listener, outcomes, policy, tickets, unit };
}
