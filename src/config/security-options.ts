import { boolean, file, networks, oneOf, secret } from './kinds.js';
import { option, serving } from './option.js';

/** Characters of a token at least. What chance has made of so many is not guessed. */
export const SHORTEST_TOKEN = 16;

const reviewed = [...serving, 'doctor'] as const;

/** The options of who may do what. */
export const securityOptions = {
  'admin-token': option({
    kind: secret(SHORTEST_TOKEN),
    summary: 'The token that protects the admin server.',
    details:
      'Only a variable: a flag could be read by everybody on the machine. It is not passed on to R. [security.md](security.md#the-admin-server) says how it is used.',
    group: 'security',
    commands: [],
    inFile: false,
  }),
  'admin-token-file': option<string>({
    kind: file(),
    summary: 'A file with the token of the admin server, or with several, one a line.',
    details: 'It is read again when it changes, so tokens can be replaced without a restart.',
    group: 'security',
    commands: reviewed,
  }),
  'admin-open': option({
    kind: boolean(),
    default: 'false',
    summary: 'Let the admin server be reached from other machines without a token.',
    details:
      'Without a token and without this Penstock refuses to start with an `admin-host` beyond this machine. Images and manifests set it, since the network of a cluster or a container decides there who gets to the port; with a token it has no effect.',
    group: 'security',
    commands: reviewed,
  }),
  'admin-metrics-open': option({
    kind: boolean(),
    default: 'false',
    summary: 'Let `/metrics` and `/scale` of the admin server be read without its token.',
    details: 'For a Prometheus or a KEDA that has no token. `/livez` and `/readyz` never need one.',
    group: 'security',
    commands: reviewed,
  }),

  'tls-cert': option<string>({
    kind: file(),
    summary: 'The certificate of the public server, PEM, with those between it and the authority after it.',
    details:
      'With it and `tls-key` the public server speaks HTTPS. Both files are read again when they change. [security.md](security.md#https) says more.',
    group: 'security',
    commands: reviewed,
  }),
  'tls-key': option<string>({
    kind: file(),
    summary: 'The private key of the certificate, PEM.',
    group: 'security',
    commands: reviewed,
  }),
  'tls-client-ca': option<string>({
    kind: file(),
    summary: 'The authorities that sign the certificates of clients, PEM.',
    details: 'Clients are asked for a certificate, and R is told whose it is.',
    group: 'security',
    commands: reviewed,
  }),
  'tls-clients': option({
    kind: oneOf('required', 'optional'),
    default: 'required',
    summary: 'Whether a client without a certificate of `tls-client-ca` is turned away.',
    group: 'security',
    commands: reviewed,
  }),
  http2: option({
    kind: boolean(),
    default: 'true',
    summary: 'Speak HTTP/2 with the clients that can, over TLS.',
    negated: 'Speak HTTP/1.1 only.',
    group: 'security',
    commands: serving,
  }),
  'trusted-proxies': option({
    kind: networks(),
    summary: 'Addresses and networks of the proxies in front, which may say who the client is.',
    details:
      'A list like `10.0.0.0/8, 192.0.2.7`; `loopback` and `private` stand for the addresses of this machine and of private networks. Whatever others say of where they come from is taken out. [security.md](security.md#behind-a-proxy) says more.',
    group: 'security',
    commands: reviewed,
  }),
  'forwarded-header': option({
    kind: oneOf('x-forwarded-for', 'forwarded'),
    default: 'x-forwarded-for',
    summary: 'The header in which the trusted proxies say who the client is.',
    group: 'security',
    commands: reviewed,
  }),
} as const;
