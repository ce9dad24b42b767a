import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureApp, type ServedApp, serve } from '../support/server.js';
import { Traffic, type TrafficOptions } from './traffic.js';

/** Seeded pseudo-random numbers from 0 to less than 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const MIXED: TrafficOptions['paths'] = [
  ['GET', '/read'],
  ['POST', '/write'],
  ['GET', '/slow-read'],
  ['POST', '/slow-write'],
];

/** The app under test and its files. */
export class Site {
  readonly #folder = mkdtempSync(join(tmpdir(), 'penstock-chaos-'));
  readonly ledger = join(this.#folder, 'ledger');
  readonly #version = join(this.#folder, 'version');

  constructor() {
    writeFileSync(this.ledger, '');
    this.version = 'first';
  }

  /** The version that the app reads when it loads. With the version `broken`, it does not load. */
  set version(text: string) {
    writeFileSync(this.#version, `${text}\n`);
  }

  serve(
    workers: number | string,
    flags: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<ServedApp> {
    const own = { CHAOS_LEDGER: this.ledger, CHAOS_VERSION: this.#version };
    const options = { workers, env: { ...env, ...own }, flags: ['--no-access-log', ...flags] };
    return serve(fixtureApp('chaos.R'), options);
  }

  traffic(app: ServedApp, more: Partial<TrafficOptions> = {}): Traffic {
    return new Traffic({
      url: app.url,
      clients: 8,
      paths: MIXED,
      random: seeded(1),
      timeoutMs: 90_000, // longer than the server's own deadline
      idPrefix: '',
      pauseMs: 0,
      connectionPerRequest: false,
      ...more,
    });
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
