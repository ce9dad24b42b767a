/** Kinds and states, as OTLP numbers them. */
export const SpanKind = { internal: 1, server: 2 } as const;
const FAILED = 2;

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: (typeof SpanKind)[keyof typeof SpanKind];
  /** `performance.now()`. */
  readonly from: number;
  readonly to: number;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  /** Another span that it belongs to. */
  readonly link?: { readonly traceId: string; readonly spanId: string } | undefined;
  readonly failed?: boolean;
}

/**
 * A span in OTLP's JSON, written by hand: there are several for each request.
 *
 * @param offset milliseconds from `performance.now()` to the wall clock
 */
export function spanJson(span: Span, offset: number): string {
  const { attributes, failed, from, kind, link, name, parentId, spanId, to, traceId } = span;
  let json =
    `{"traceId":"${traceId}","spanId":"${spanId}",${parentId === undefined ? '' : `"parentSpanId":"${parentId}",`}` +
    `"name":${JSON.stringify(name)},"kind":${kind},"startTimeUnixNano":"${nanoseconds(from + offset)}",` +
    `"endTimeUnixNano":"${nanoseconds(Math.max(from, to) + offset)}","attributes":${attributesJson(attributes)}`;
  if (link !== undefined) json += `,"links":[{"traceId":"${link.traceId}","spanId":"${link.spanId}"}]`;
  if (failed === true) json += `,"status":{"code":${FAILED}}`;
  return `${json}}`;
}

export function attributesJson(attributes: Span['attributes']): string {
  let json = '';
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    const typed = typeof value === 'number' ? numberJson(value) : `{"stringValue":${JSON.stringify(value)}}`;
    json += `${json === '' ? '' : ','}{"key":"${key}","value":${typed}}`;
  }
  return `[${json}]`;
}

function numberJson(value: number): string {
  return Number.isInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${value}}`;
}

/** Of milliseconds since 1970; more digits than a number has. */
function nanoseconds(ms: number): string {
  const whole = Math.floor(ms);
  return `${whole}${String(Math.floor((ms - whole) * 1e6)).padStart(6, '0')}`;
}
