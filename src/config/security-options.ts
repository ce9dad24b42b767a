import { boolean, file, secret } from './kinds.js';
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
} as const;
