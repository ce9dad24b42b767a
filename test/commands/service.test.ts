import { expect, test } from 'vitest';
import { unitFor } from '../../src/commands/service.js';

test('the systemd unit runs the Penstock that prints it, whatever its path is', () => {
  const start = (command: string[]): string =>
    unitFor('ExecStart=/usr/bin/penstock serve /srv/%i\n', command);
  expect(start(['/opt/penstock'])).toBe('ExecStart=/opt/penstock serve /srv/%i\n');
  expect(start(['/usr/bin/node', '--flag=1', '/home/a b/50%/$1/cli.js'])).toBe(
    'ExecStart=/usr/bin/node --flag=1 "/home/a b/50%%/$$1/cli.js" serve /srv/%i\n',
  );
});
