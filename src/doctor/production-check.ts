import { readFileSync, statSync } from 'node:fs';
import { isLoopback } from '../admin/loopback.js';
import type { Config } from '../config/load.js';
import { PenstockError } from '../errors.js';
import { http2Risk } from '../http/http2-safety.js';
import { millisecondsLeft } from '../http/tls-files.js';
import type { Finding } from './finding.js';

/** Addresses reserved for documentation (RFC 5737), which no real proxy has. */
const DOCUMENTATION_ADDRESSES = ['192.0.2.1', '198.51.100.1', '203.0.113.1'];
const DAY_MS = 86_400_000;

type Check = (config: Config) => Finding | undefined;

/** Checks a configuration for risks of a public server. Findings with `missing` must be fixed. */
export function checkProduction(config: Config, uid = process.getuid?.()): Finding[] {
  const found = checks.flatMap((check) => check(config) ?? []);
  const files = secretFiles(config).flatMap((path) => checkFile(path) ?? []);
  const root: Finding[] =
    uid === 0
      ? [
          {
            status: 'warning',
            title: 'Penstock runs as root, so an attacker who takes over the app has root access',
            fix: ['Run Penstock as a dedicated user, as its container images do.'],
          },
        ]
      : [];
  const all = [...found, ...files, ...root];
  return all.length > 0 ? all : [{ status: 'ok', title: 'The configuration has no known risks' }];
}

const isPublic = ({ host }: Config): boolean => !isLoopback(host);
const isEncrypted = ({ tlsCert, trustedProxies }: Config): boolean =>
  tlsCert !== undefined || trustedProxies !== undefined;

const checks: readonly Check[] = [
  (config) =>
    isPublic(config) && !isEncrypted(config)
      ? {
          ...(requiresSecrets(config)
            ? { status: 'missing', title: `Clients send keys and tokens to ${config.host} unencrypted` }
            : { status: 'warning', title: `Requests to ${config.host} and their responses are unencrypted` }),
          fix: ['Set --tls-cert and --tls-key, or list the proxy that terminates TLS in --trusted-proxies.'],
        }
      : undefined,
  (config) =>
    isPublic(config) && !needsCertificate(config) && config.rules.every(({ allow }) => allow === undefined)
      ? {
          status: 'warning',
          title: 'Any client that can reach the server has access to the whole app',
          fix: ['Add `rules` with `allow` to penstock.yaml, unless the app authenticates clients itself.'],
        }
      : undefined,
  ({ rules, ...config }) =>
    rules.some(({ allow }) => allow !== undefined) &&
    !needsCertificate(config as Config) &&
    !rules.some(({ allow, methods, path }) => path === '/*' && methods === undefined && allow !== undefined)
      ? {
          status: 'warning',
          title: 'Paths without a rule are public',
          fix: [
            'End the `rules` with `{path: /*, allow: nobody}`, or with `allow: anyone` if this is intended.',
          ],
        }
      : undefined,
  ({ adminHost, adminMetricsOpen, adminOpen, adminToken, adminTokenFile }) =>
    isLoopback(adminHost) ||
    adminToken !== undefined ||
    adminTokenFile !== undefined ||
    (adminMetricsOpen && !adminOpen)
      ? undefined
      : {
          status: adminOpen ? 'warning' : 'missing',
          title: adminOpen
            ? `Any client that can reach ${adminHost} may read the status and reload the app`
            : `The admin server does not start on ${adminHost} without a token`,
          fix: ['Set a token with --admin-token-file, or let the admin server listen on 127.0.0.1.'],
        },
  ({ http2 }) => {
    const risk = http2 ? http2Risk() : undefined;
    return risk === undefined
      ? undefined
      : {
          status: 'missing',
          title: risk,
          fix: ['Use Node 26, or serve HTTP/1.1 (--no-http2) behind a proxy that speaks HTTP/2.'],
        };
  },
  ({ trustedProxies }) =>
    trustedProxies !== undefined && DOCUMENTATION_ADDRESSES.every((address) => trustedProxies.has(address))
      ? {
          status: 'missing',
          title: 'All addresses are trusted proxies, so any client can forge its address',
          fix: ['List only the addresses of your own proxies in --trusted-proxies.'],
        }
      : undefined,
  ({ access: { tokens } }) =>
    tokens !== undefined && /^http:\/\//.test(tokens.jwks) && !isLoopback(new URL(tokens.jwks).hostname)
      ? {
          status: 'missing',
          title: `An attacker in the network can replace the keys at ${tokens.jwks}, and forge tokens`,
          fix: ["Use an https URL for the issuer's keys."],
        }
      : undefined,
  (config) =>
    isPublic(config) &&
    config.rules.every((rule) => rule.perAddress === undefined && rule.perKey === undefined)
      ? {
          status: 'warning',
          title: 'The request rate of a client is not limited',
          fix: ['Set `per-address` or `per-key` in the `rules`, or a rate limit in your proxy.'],
        }
      : undefined,
  ({ rules }) => {
    const open = rules.filter(({ cors }) => cors?.origins.includes('*'));
    return open.length === 0
      ? undefined
      : {
          status: 'warning',
          title: `Pages of any origin may read the responses of ${open.map(({ path }) => path).join(', ')}`,
          fix: ['List only the `origins` that need access.'],
        };
  },
  checkCertificate,
];

function requiresSecrets({ rules }: Config): boolean {
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
    if (left > 14 * DAY_MS) return undefined;
    return {
      status: left < 0 ? 'missing' : 'warning',
      title: `The certificate ${tlsCert} ${left < 0 ? 'has expired' : `expires in ${Math.floor(left / DAY_MS)} days`}`,
      fix: ['Renew it. Penstock reloads the file when it changes.'],
    };
  } catch (error) {
    const { message } = error as Error;
    const title = error instanceof PenstockError ? message : `Cannot load the TLS files: ${message}`;
    return { status: 'missing', title, fix: ['Check that the certificate and the key belong together.'] };
  }
}

function secretFiles({ access, adminTokenFile, tlsKey }: Config): string[] {
  return [access.keys, adminTokenFile, tlsKey].filter((path) => path !== undefined);
}

/** Checks whether other users may read or write a file with secrets. */
function checkFile(path: string): Finding | undefined {
  let mode: number;
  try {
    mode = statSync(path).mode;
  } catch (error) {
    return {
      status: 'missing',
      title: `Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`,
      fix: ['Check the path and the permissions of the file.'],
    };
  }
  const access = (mode & 0o022) !== 0 ? 'change' : (mode & 0o044) !== 0 ? 'read' : undefined;
  if (access === undefined) return undefined;
  return {
    status: access === 'change' ? 'missing' : 'warning',
    title: `Other users of this machine can ${access} ${path}`,
    fix: [`chmod 600 ${path}`],
  };
}
