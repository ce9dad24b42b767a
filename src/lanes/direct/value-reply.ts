import { checkedStatus, type Reply } from '../../http/reply.js';
import type { Printer } from './json-serializer.js';

/** plumber drops the body of these, as HTTP demands. */
const BODILESS = new Set([204, 304]);

/** The reply that is a value as JSON, with the status and headers that the app has set. */
export function valueReply(
  status: number | null | undefined,
  headers: [string, string][],
  printer: Printer,
  body: Pick<Reply, 'body' | 'pieces'>,
): Reply {
  headers.push(['Content-Type', printer.type]);
  const code = status === undefined ? 200 : checkedStatus(status);
  return { status: code, headers, ...(!BODILESS.has(code) && body) };
}
