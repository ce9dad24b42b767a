import { readFileSync, statSync } from 'node:fs';
import { isLoopback } from '../admin/loopback.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { millisecondsLeft } from '../http/tls-files.js';
import type { Finding } from './finding.js';

/** Addresses that no proxy of anybody's has: they are kept for examples (RFC 5737). */
const STRANGERS = ['192.0.2.1', '198.51.100.1', '203.0.113.1'];
const DAYS = 86_400_000;

type Check = (config: Config) => Finding | undefined;

/** What is risky in a configuration that others are to reach. `missing` is what must not stay so. */
export function checkProduction(config: Config, uid = process.getuid?.()): Finding[] {
  const found = checks.flatMap((check) => check(config) ?? []);
  const files = secretFiles(config).flatMap((path) => checkFile(path) ?? []);
  const root: Finding[] =
    uid === 0
      ? [
          {
            status: 'warning',
            title: 'This runs as root, and what breaks into the app would be root, too',
            fix: ['Serve as a user of its own, as the images of Penstock do.'],
          },
        ]
      : [];
  const all = [...found, ...files, ...root];
  return all.length > 0 ? all : [{ status: 'ok', title: 'Nothing risky is seen in the configuration' }];
}

const isPublic = ({ host }: Config): boolean => !isLoopback(host);
const isEncrypted = ({ tlsCert, trustedProxies }: Config): boolean =>
  tlsCert !== undefined || trustedProxies !== undefined;

const checks: readonly Check[] = [
  (config) =>
    isPublic(config) && !isEncrypted(config) && asksForSecrets(config)
      ? {
          status: 'missing',
          title: `Keys and tokens cross the network to ${config.host} for everybody to read`,
          fix: ['Give --tls-cert and --tls-key, or name the proxy that ends TLS in --trusted-proxies.'],
        }
      : undefined,
  (config) =>
    isPublic(config) && !isEncrypted(config) && !asksForSecrets(config)
      ? {
          status: 'warning',
          title: `Requests and answers cross the network to ${config.host} unencrypted`,
          fix: ['Give --tls-cert and --tls-key, or name the proxy that ends TLS in --trusted-proxies.'],
        }
      : undefined,
  (config) =>
    isPublic(config) && !needsCertificate(config) && config.rules.every(({ allow }) => allow === undefined)
      ? {
          status: 'warning',
          title: 'Everybody who reaches the server may use the whole app',
          fix: ['Say in the `rules` of penstock.yaml who may, if the app itself does not.'],
        }
      : undefined,
  ({ rules, ...config }) =>
    rules.some(({ allow }) => allow !== undefined) &&
    !needsCertificate(config as Config) &&
    !rules.some(({ allow, methods, path }) => path === '/*' && methods === undefined && allow !== undefined)
      ? {
          status: 'warning',
          title: 'What no rule is for, anyone may ask',
          fix: ['End the `rules` with `{path: /*, allow: …}`: `nobody`, or `anyone` if that is meant.'],
        }
      : undefined,
  ({ adminHost, adminOpen, adminToken, adminTokenFile }) =>
    isLoopback(adminHost) || adminToken !== undefined || adminTokenFile !== undefined
      ? undefined
      : {
          status: adminOpen ? 'warning' : 'missing',
          title: adminOpen
            ? `Everybody who reaches ${adminHost} may see the status and have the app reloaded`
            : `The admin server is not opened on ${adminHost} without a token`,
          fix: ['Give it a token with --admin-token-file, or keep it on 127.0.0.1.'],
        },
  ({ trustedProxies }) =>
    trustedProxies !== undefined && STRANGERS.every((address) => trustedProxies.has(address))
      ? {
          status: 'missing',
          title: 'Everybody is a trusted proxy, so everybody may claim to come from anywhere',
          fix: ['List the addresses of your own proxies in --trusted-proxies.'],
        }
      : undefined,
  ({ access: { tokens } }) =>
    tokens !== undefined && /^http:\/\//.test(tokens.jwks) && !isLoopback(new URL(tokens.jwks).hostname)
      ? {
          status: 'missing',
          title: `Whoever is on the way to ${tokens.jwks} can make tokens that are good`,
          fix: ['Ask for the keys of the issuer by https.'],
        }
      : undefined,
  (config) =>
    isPublic(config) &&
    config.rules.every((rule) => rule.perAddress === undefined && rule.perKey === undefined)
      ? {
          status: 'warning',
          title: 'One client may ask as much as it can',
          fix: ['Set `per-address` or `per-key` in the `rules`, or a rate in the proxy in front.'],
        }
      : undefined,
  ({ rules }) => {
    const open = rules.filter(({ cors }) => cors?.origins.includes('*'));
    return open.length === 0
      ? undefined
      : {
          status: 'warning',
          title: `Pages of every site may read the answers of ${open.map(({ path }) => path).join(', ')}`,
          fix: ['List the `origins` that are meant.'],
        };
  },
  checkCertificate,
];

function asksForSecrets({ rules }: Config): boolean {
  return rules.some(
    ({ allow }) => typeof allow === 'object' && (allow.includes('key') || allow.includes('token')),
  );
}

function needsCertificate({ tlsClientCa, tlsClients }: Config): boolean {
  return tlsClientCa !== undefined && tlsClients === 'required';
}

function checkCertificate({ tlsCert, tlsClientCa, tlsKey }: Config): Finding | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  try {
    const ca = tlsClientCa === undefined ? {} : { ca: readFileSync(tlsClientCa) };
    const left = millisecondsLeft({ cert: readFileSync(tlsCert), key: readFileSync(tlsKey), ...ca });
    if (left > 14 * DAYS) return undefined;
    return {
      status: left < 0 ? 'missing' : 'warning',
      title: `The certificate ${tlsCert} ${left < 0 ? 'has expired' : `ends in ${Math.floor(left / DAYS)} days`}`,
      fix: ['Have it renewed; it is read again when it changes.'],
    };
  } catch (error) {
    const { message } = error as Error;
    const title = error instanceof PenstockError ? message : `The PEM files of TLS: ${message}`;
    return { status: 'missing', title, fix: ['Name files that fit each other.'] };
  }
}

function secretFiles({ access, adminTokenFile, tlsKey }: Config): string[] {
  return [access.keys, adminTokenFile, tlsKey].filter((path) => path !== undefined);
}

/** Who else may read or write a file of secrets. */
function checkFile(path: string): Finding | undefined {
  let mode: number;
  try {
    mode = statSync(path).mode;
  } catch (error) {
    return {
      status: 'missing',
      title: `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      fix: ['Mend its path or its rights.'],
    };
  }
  const may = (mode & 0o022) !== 0 ? 'change' : (mode & 0o044) !== 0 ? 'read' : undefined;
  if (may === undefined) return undefined;
  return {
    status: may === 'change' ? 'missing' : 'warning',
    title: `Others on this machine may ${may} ${path}`,
    fix: [`chmod 600 ${path}`],
  };
}
