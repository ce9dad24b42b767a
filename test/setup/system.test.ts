import { expect, test } from 'vitest';
import { linuxFamily } from '../../scripts/setup/system.mjs';

test.each([
  ['ID=debian\nVERSION_ID="12"\n', 'debian'],
  ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', 'debian'],
  ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', 'debian'],
  ['ID=fedora\n', 'fedora'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'fedora'],
  ['ID=alpine\n', 'other'],
  ['', 'other'],
])('finds the package family of a Linux system: %j', (osRelease, family) => {
  expect(linuxFamily(osRelease)).toBe(family);
});
