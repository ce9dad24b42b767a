import { expect, test } from 'vitest';
import { socketUnit, unitFor } from '../../src/commands/service.js';

test('the systemd unit runs the Penstock that prints it, whatever its path is', () => {
  const start = (command: string[]): string =>
    unitFor('ExecStart=/usr/bin/penstock serve /srv/%i\n', command);
  expect(start(['/opt/penstock'])).toBe('ExecStart=/opt/penstock serve /srv/%i\n');
  expect(start(['/usr/bin/node', '--flag=1', '/home/a b/50%/$1/cli.js'])).toBe(
    'ExecStart=/usr/bin/node --flag=1 "/home/a b/50%%/$$1/cli.js" serve /srv/%i\n',
  );
});

test('a socket unit has the address of the service', () => {
  const address = (host: string): string | undefined =>
    socketUnit('my-api', { host, port: 8080 }).match(/^ListenStream=(.*)$/m)?.[1];
  expect(address('0.0.0.0')).toBe('0.0.0.0:8080');
  expect(address('localhost')).toBe('127.0.0.1:8080');
  expect(address('::')).toBe('[::]:8080');
  expect(() => address('my-host')).toThrow('needs an IP address');
});
