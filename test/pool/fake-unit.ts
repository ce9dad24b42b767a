import type { WorkUnit } from '../../src/pool/work-unit.js';
import { FrameType } from '../../src/protocol/frame.js';

/** A unit of work that records its events in order. */
export class FakeUnit implements WorkUnit {
  readonly id: number;
  readonly expected: number;
  readonly bytes: number;
  readonly events: string[] = [];
  readonly url = '/';
  readonly size = 1;
  readonly type = FrameType.call;
  startedAt: number | undefined;

  constructor(id: number, { expected = 1, bytes = 10 } = {}) {
    this.id = id;
    this.expected = expected;
    this.bytes = bytes;
  }

  get label(): string {
    return `unit ${this.id}`;
  }

  payload(): readonly Buffer[] {
    return [Buffer.alloc(this.bytes)];
  }

  handed(): void {
    this.events.push('handed');
  }

  started(): void {
    this.events.push('started');
  }

  printed(): void {
    this.events.push('printed');
  }

  opened(): void {
    this.events.push('opened');
  }

  streamed(): void {
    this.events.push('streamed');
  }

  element(): void {
    this.events.push('element');
  }

  endStream(ms: number): void {
    this.events.push(`end stream ${ms}`);
  }

  left(ms: number): void {
    this.events.push(`left ${ms}`);
  }

  finished(): void {
    this.events.push('finished');
  }

  lost(_worker: unknown, _exit: unknown, begun: boolean): void {
    this.events.push(begun ? 'lost' : 'lost before it began');
  }

  returned(): void {
    this.events.push('returned');
  }
}
