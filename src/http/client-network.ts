import { isIPv6 } from 'node:net';

/** The key for limits per client: an IPv4 address, or the /64 network of an IPv6 address, since a client has all of it. */
export function clientNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const { hostname } = new URL(`http://[${address.split('%')[0]}]`);
  const [before, after] = hostname.slice(1, -1).split('::');
  const groups = before === '' ? [] : before!.split(':');
  // `::` stands for at least two groups of zeros.
  const omitted = after === undefined ? 0 : 8 - groups.length - (after === '' ? 0 : after.split(':').length);
  return [...groups, ...new Array<string>(omitted).fill('0'), ...(after?.split(':') ?? [])]
    .slice(0, 4)
    .join(':');
}
