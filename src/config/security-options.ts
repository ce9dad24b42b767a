import { boolean, file, networks, oneOf, secret } from './kinds.js';
import { option, serving } from './option.js';

/** Minimum length of an admin token, in characters: a random token of this length cannot be guessed. */
export const MIN_TOKEN_LENGTH = 16;

const reviewed = [...serving, 'doctor'] as const;

/** The options for authentication, TLS and proxies. */
export const securityOptions = {
  'admin-token': option({
    kind: secret(MIN_TOKEN_LENGTH),
    summary: 'Token that protects the admin server.',
    details:
      'Can only be set as a variable, because every user of the machine could read a flag. Not passed on to R. See [security.md](security.md#protect-the-admin-server).',
    group: 'security',
    commands: [],
    inFile: false,
  }),
  'admin-token-file': option<string>({
    kind: file(),
    summary: 'File with one or more tokens of the admin server, one per line.',
    details: 'The file is read again when it changes, so you can replace tokens without a restart.',
    group: 'security',
    commands: reviewed,
  }),
  'admin-open': option({
    kind: boolean(),
    default: 'false',
    summary: 'Allow other machines to reach the admin server without a token.',
    details:
      'Without a token and without this option, Penstock does not start if other machines can reach `admin-host`. Images set it, because there the network of the container controls access to the port. It has no effect if a token is set.',
    group: 'security',
    commands: reviewed,
  }),
  'admin-metrics-open': option({
    kind: boolean(),
    default: 'false',
    summary: 'Allow `/metrics` and `/scale` of the admin server without a token.',
    details:
      'For Prometheus or KEDA without a token. `/livez` and `/readyz` never require one. If no token is set and other machines can reach `admin-host`, everything else is closed.',
    group: 'security',
    commands: reviewed,
  }),

  'tls-cert': option<string>({
    kind: file(),
    summary: 'TLS certificate of the public server (PEM), followed by the intermediate certificates.',
    details:
      'With this option and `tls-key`, the public server uses HTTPS. Both files are read again when they change. See [security.md](security.md#serve-https).',
    group: 'security',
    commands: reviewed,
  }),
  'tls-key': option<string>({
    kind: file(),
    summary: 'Private key of the certificate (PEM).',
    group: 'security',
    commands: reviewed,
  }),
  'tls-client-ca': option<string>({
    kind: file(),
    summary: 'Certificate authorities of client certificates (PEM).',
    details: 'Clients are asked for a certificate. R gets the name of its owner.',
    group: 'security',
    commands: reviewed,
  }),
  'tls-clients': option({
    kind: oneOf('required', 'optional'),
    default: 'required',
    summary: 'Whether clients must have a certificate signed by `tls-client-ca`.',
    group: 'security',
    commands: reviewed,
  }),
  http2: option({
    kind: boolean(),
    default: 'false',
    summary: 'Use HTTP/2 over TLS with clients that support it.',
    negated: 'Use only HTTP/1.1.',
    details: 'Only safe with Node 26 or newer. See [security.md](security.md#serve-https).',
    group: 'security',
    commands: reviewed,
  }),
  'trusted-proxies': option({
    kind: networks(),
    summary: 'Addresses and networks of proxies whose forwarding headers are trusted.',
    details:
      'A list such as `10.0.0.0/8, 192.0.2.7`. `loopback` stands for the addresses of this machine, `private` for those of private networks. Forwarding headers from all other clients are removed. See [security.md](security.md#run-behind-a-proxy).',
    group: 'security',
    commands: reviewed,
  }),
  'forwarded-header': option({
    kind: oneOf('x-forwarded-for', 'forwarded'),
    default: 'x-forwarded-for',
    summary: 'Header in which trusted proxies send the address of the client.',
    group: 'security',
    commands: reviewed,
  }),
} as const;
