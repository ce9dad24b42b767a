import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask as askOnce, askRaw, HangUp, type WireResponse } from '../support/http.js';
import { type Lane, startPenstock } from '../support/penstock.js';
import { startPlumber } from '../support/plumber.js';
import type { Server } from '../support/process.js';
import { sized } from '../support/sized.js';
import { type Answer, type Ask, abbreviate, answerOf, readable } from './ask.js';
import { deviations } from './deviations.js';
import { Jar } from './jar.js';

export interface FidelityOptions {
  readonly env?: Record<string, string>;
  /** Gives each server a copy of the API's folder, for APIs that write next to themselves. */
  readonly ownFolder?: boolean;
  readonly flags?: readonly string[];
  /** The answer depends on the handler, not on how the request is built: `npm test` asks only the direct lane. */
  readonly sameInBothLanes?: boolean;
}

const apis = resolve(import.meta.dirname, '../fixtures/apis');

// plumber against itself: proves that the asks are repeatable and nothing about Penstock.
const selfCheck = process.env.PENSTOCK_TEST_SUBJECT === 'plumber';

/**
 * The lanes that are asked: the one that the environment names, else both. Only the direct one for APIs of real shape: they
 * start slowly, and their requests ask nothing new of plumber's own router.
 */
function lanesOf(api: string, { sameInBothLanes }: FidelityOptions): readonly Lane[] {
  const wished = process.env.PENSTOCK_TEST_LANE as Lane | undefined;
  if (wished) return [wished];
  const onlyDirect = api.startsWith('shapes/') || (sameInBothLanes === true && sized(true, false));
  return onlyDirect ? ['auto'] : ['auto', 'plumber'];
}

// A file that collects what plumber answered, to see that an ask asks what it means to.
const showTo = process.env.PENSTOCK_TEST_SHOW;

/** One real plumber and Penstock in either lane on the same API, and one test for each question put to all. */
export function fidelity(api: string, options: FidelityOptions, asks: readonly Ask[]): void {
  const lanes = lanesOf(api, options);
  const subjects = selfCheck ? ['plumber'] : lanes.map((lane) => `penstock --lane ${lane}`);
  describe(api, () => {
    let servers: Server[] = [];
    const jars = new Map<string, Jar[]>();
    const copies: string[] = [];

    const place = (): string => {
      const app = join(apis, api);
      if (!options.ownFolder) return app;
      const copy = mkdtempSync(join(tmpdir(), 'fidelity-'));
      copies.push(copy);
      cpSync(dirname(app), copy, { recursive: true });
      return join(copy, basename(app));
    };

    beforeAll(async () => {
      const env = options.env ?? {};
      const { flags = [] } = options;
      const started = await Promise.allSettled([
        startPlumber(place(), { env }),
        ...(selfCheck
          ? [startPlumber(place(), { env })]
          : lanes.map((lane) => startPenstock(place(), { env, lane, flags }))),
      ]);
      servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      for (const one of started) if (one.status === 'rejected') throw one.reason;
    });

    afterAll(async () => {
      await Promise.all(servers.map((server) => server.stop()));
      for (const copy of copies) rmSync(copy, { recursive: true, force: true });
    });

    for (const [title, ask] of titled(asks)) {
      const deviation = deviations.find((one) => one.api === api && one.asks.includes(title));
      const promise = deviation
        ? `${api}: ${title} answers otherwise than plumber, because ${deviation.because}`
        : `${api}: ${title} answers as plumber does`;
      test(promise, async () => {
        const own = ask.jar ? jarsOf(jars, ask.jar, servers.length) : [];
        const sides = await Promise.all(
          servers.map(async (server, index) => {
            // Penstock's jars are for plumber's, and plumber's for each of Penstock's.
            const jar = ask.swapJar ? Number(index === 0) : index;
            const responses = await put(ask, server.port, own[jar]?.headers() ?? []);
            return {
              responses,
              answers: responses.map((one) => normalised(ask, answerOf(one), server.port)),
            };
          }),
        );
        // Only now, so that with swapJar neither server's new cookies reach the other's request.
        sides.forEach((side, index) => {
          for (const response of side.responses) own[index]?.keep(response);
        });
        const [expected, ...actual] = sides.map((side) => show(side.answers));
        if (showTo) appendFileSync(showTo, `${api}: ${title}\n${JSON.stringify(expected)}\n`);
        for (const [i, subject] of subjects.entries()) {
          if (deviation && !selfCheck) expect(actual[i], subject).not.toEqual(expected);
          else expect(actual[i], subject).toEqual(expected);
        }
      });
    }

    const titles = [...titled(asks).keys()];
    const listed = deviations.flatMap((one) => (one.api === api ? one.asks : []));
    const unknown = listed.filter((title) => !titles.includes(title));
    if (unknown.length > 0) throw new Error(`no such ask of ${api}: ${unknown.join(', ')}`);
  });
}

/** The responses to one ask: none at all when the server hangs up instead. */
async function put(ask: Ask, port: number, cookies: [string, string][]): Promise<WireResponse[]> {
  if (ask.raw !== undefined) return askRaw(port, ask.raw, ask.answers ?? [ask.method ?? 'GET']);
  try {
    return [await askOnce(port, { ...ask, headers: [...(ask.headers ?? []), ...cookies] })];
  } catch (error) {
    if (error instanceof HangUp) return [];
    throw error;
  }
}

function normalised(ask: Ask, answer: Answer, port: number): Answer {
  return (ask.normalise ?? []).reduce((value, normaliser) => normaliser.apply(value, port), answer);
}

const digest = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 16);
const show = (answers: readonly Answer[]): object[] => answers.map((answer) => readable(answer, digest));

function titled(asks: readonly Ask[]): Map<string, Ask> {
  const titles = new Map<string, Ask>();
  for (const ask of asks) {
    const note = ask.note ? ` (${ask.note})` : '';
    const title = `${ask.method ?? 'GET'} ${abbreviate(ask.path)}${note}`;
    if (titles.has(title)) throw new Error(`two asks are called ${title}: give one a note`);
    titles.set(title, ask);
  }
  return titles;
}

/** A jar for each server. */
function jarsOf(jars: Map<string, Jar[]>, name: string, servers: number): Jar[] {
  const own = jars.get(name) ?? Array.from({ length: servers }, () => new Jar());
  jars.set(name, own);
  return own;
}
