import { randomFillSync } from 'node:crypto';

/** Where a request stands in a trace, as W3C Trace Context has it. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 of them; of the request's own span. */
  readonly spanId: string;
  /** The span of whoever has asked; undefined where the trace begins here. */
  readonly parentId: string | undefined;
  /** Whether its spans are wanted. */
  readonly sampled: boolean;
}

/** Version 00, and what later versions have in common with it. Neither id is all zero. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random digits: of 8 bytes for a span, of 24 for a trace (16) and a span of it. */
export function randomId(bytes: 8 | 24): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** What a `traceparent` header says; undefined if it is none. */
export function parseTraceparent(
  header: string | undefined,
): { traceId: string; parentId: string; sampled: boolean } | undefined {
  const match = header === undefined ? null : TRACEPARENT.exec(header);
  if (match === null) return undefined;
  const [, traceId, parentId, flags] = match;
  return { traceId: traceId!, parentId: parentId!, sampled: (Number.parseInt(flags!, 16) & 1) === 1 };
}

/** The header for whoever is asked in turn. */
export function traceparent({ sampled, spanId, traceId }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}
