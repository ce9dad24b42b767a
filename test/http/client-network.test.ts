import { expect, test } from 'vitest';
import { clientNetwork } from '../../src/http/client-network.js';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:1:2::5', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8::a:b:c:d', '2001:db8:0:0'],
  ['2001:db8:0:0:a::', '2001:db8:0:0'],
  ['2001:db8:1::5', '2001:db8:1:0'],
  ['2001:db8:1:0:a:b:c:d', '2001:db8:1:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['::', '0:0:0:0'],
])('%s shares its limit with the network %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network);
});
