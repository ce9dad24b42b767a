import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask as askOnce, askRaw, HangUp, type WireResponse } from '../support/http.js';
import { type Lane, startPenstock } from '../support/penstock.js';
import { type Engine, startPlumber } from '../support/plumber.js';
import type { Server } from '../support/process.js';
import { sampled, sized } from '../support/sized.js';
import { type Answer, type Ask, abbreviate, answerOf, readable } from './ask.js';
import { deviations } from './deviations.js';
import { Jar } from './jar.js';

export interface FidelityOptions {
  readonly env?: Record<string, string>;
  /** Gives each server a copy of the API's folder, for APIs that write into it. */
  readonly ownFolder?: boolean;
  readonly flags?: readonly string[];
  readonly engine?: Engine;
  /**
   * The response does not depend on how Penstock builds the request for plumber's router: `npm test` uses only the direct
   * lane.
   */
  readonly sameInBothLanes?: boolean;
  /**
   * Sends this many asks at once: no request may change the response to another. `npm test` sends a third of these groups,
   * others in each run; `npm run test:long` sends all, and each ask alone.
   */
  readonly together?: number;
  /**
   * The asks do not depend on each other: `npm test` sends one of every `share`, others in each run; `npm run test:long`
   * sends all.
   */
  readonly share?: number;
}

const fixtures = resolve(import.meta.dirname, '../fixtures');
const apis = join(fixtures, 'apis');

// Compares plumber with itself, to prove that the asks are repeatable. Says nothing about Penstock.
const selfCheck = process.env.PENSTOCK_TEST_SUBJECT === 'plumber';

/**
 * The lanes to test: the one that the environment names, otherwise both. `npm test` uses the plumber lane for half of the APIs,
 * others in each run, because that is plumber's own router. APIs in `shapes/` use only the direct lane: they start slowly, and
 * their requests test nothing new there.
 */
function lanesOf(api: string, { engine, sameInBothLanes }: FidelityOptions): readonly Lane[] {
  if (engine === 'httpuv') return ['auto'];
  const requested = process.env.PENSTOCK_TEST_LANE as Lane | undefined;
  if (requested) return [requested];
  const onlyDirect =
    api.startsWith('shapes/') || sized(sameInBothLanes === true || Math.random() < 0.5, false);
  return onlyDirect ? ['auto'] : ['auto', 'plumber'];
}

// A file that collects plumber's responses, to check that each ask tests what it is meant to test.
const responsesFile = process.env.PENSTOCK_TEST_SHOW;

/** Starts a real plumber and Penstock in each lane with the same API, and defines one test for each ask. */
export function fidelity(api: string, options: FidelityOptions, asks: readonly Ask[]): void {
  describe(api, () => defineAsks(api, startSides(api, options), options, asks));
}

/**
 * The same for files with several APIs of one kind: `npm test` tests one API of every `share`, others in each run, because
 * starting their servers takes longer than the asks.
 */
export function fidelityOfSome(share: number): typeof fidelity {
  let turn = sized(Math.floor(Math.random() * share), 0);
  return (api, options, asks) => {
    if (sized(turn++ % share === 0, true)) fidelity(api, options, asks);
  };
}

/**
 * The same for APIs that consist of endpoints alone, without filters, hooks and options of the router. One server has the
 * endpoints of all files, because starting servers takes longer than asking them.
 */
export function joinedFidelity(
  options: FidelityOptions,
  asks: Readonly<Record<string, readonly Ask[]>>,
): void {
  const files = Object.keys(asks);
  const env = { JOINED: files.map((file) => join(apis, file)).join(delimiter) };
  describe(files.join(', '), () => {
    const sides = startSides('joined.R', { ...options, env });
    for (const [file, own] of Object.entries(asks)) defineAsks(file, sides, options, own);
  });
}

/** The servers that get the same asks: plumber first. */
interface Sides {
  /** Empty until they have started. */
  readonly servers: Server[];
  /** What the others are, for messages. */
  readonly subjects: readonly string[];
}

/** Starts the servers of an API before the tests of the current group, and stops them afterwards. */
function startSides(api: string, options: FidelityOptions): Sides {
  const lanes = lanesOf(api, options);
  const servers: Server[] = [];
  const copies: string[] = [];

  const place = (): string => {
    const app = join(options.engine === 'httpuv' ? fixtures : apis, api);
    if (!options.ownFolder) return app;
    const copy = mkdtempSync(join(tmpdir(), 'fidelity-'));
    copies.push(copy);
    cpSync(dirname(app), copy, { recursive: true });
    return join(copy, basename(app));
  };

  beforeAll(async () => {
    const { engine = 'plumber', env = {}, flags = [] } = options;
    const started = await Promise.allSettled([
      startPlumber(place(), { env, engine }),
      ...(selfCheck
        ? [startPlumber(place(), { env, engine })]
        : lanes.map((lane) => startPenstock(place(), { env, lane, flags }))),
    ]);
    servers.push(...started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    for (const one of started) if (one.status === 'rejected') throw one.reason;
  });

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  });

  return { servers, subjects: selfCheck ? ['plumber'] : lanes.map((lane) => `penstock --lane ${lane}`) };
}

function defineAsks(
  api: string,
  { servers, subjects }: Sides,
  options: FidelityOptions,
  asks: readonly Ask[],
): void {
  const jars = new Map<string, Jar[]>();
  const { engine = 'plumber' } = options;

  const alone = options.together === undefined || sized(false, true) ? [...titled(asks)] : [];
  for (const [title, ask] of sampled(alone, options.share ?? 1)) {
    const deviation = deviations.find((one) => one.api === api && one.asks.includes(title));
    const promise = deviation
      ? `${api}: ${title} differs from ${engine}, because ${deviation.because}`
      : `${api}: ${title} answers as ${engine} does`;
    test(promise, async () => {
      const own = ask.jar ? jarsOf(jars, ask.jar, servers.length) : [];
      const sides = await Promise.all(
        servers.map(async (server, index) => {
          // Penstock sends the cookies of plumber, and plumber those of the first Penstock.
          const jar = ask.swapJar ? Number(index === 0) : index;
          const responses = await sendAsk(ask, server.port, own[jar]?.headers() ?? []);
          return {
            responses,
            answers: responses.map((one) => normalised(ask, answerOf(one), server.port)),
          };
        }),
      );
      // Cookies are kept only now. Otherwise, with swapJar, new cookies of one server could reach the other's request.
      sides.forEach((side, index) => {
        for (const response of side.responses) own[index]?.keep(response);
      });
      const [expected, ...actual] = sides.map((side) => show(side.answers));
      if (responsesFile) appendFileSync(responsesFile, `${api}: ${title}\n${JSON.stringify(expected)}\n`);
      for (const [i, subject] of subjects.entries()) {
        if (deviation && !selfCheck) expect(actual[i], subject).not.toEqual(expected);
        else expect(actual[i], subject).toEqual(expected);
      }
    });
  }

  const groups = [...spread([...titled(asks)], options.together).entries()];
  for (const [number, group] of sampled(groups, 3)) {
    test(`${api}: ${group.length} asks at once (group ${number + 1}) answer as plumber does`, async () => {
      const [expected, ...actual] = await Promise.all(servers.map((server) => atOnce(group, server.port)));
      for (const [i, subject] of subjects.entries()) expect(actual[i], subject).toEqual(expected);
    });
  }

  const titles = [...titled(asks).keys()];
  const listed = deviations.flatMap((one) => (one.api === api ? one.asks : []));
  const unknown = listed.filter((title) => !titles.includes(title));
  if (unknown.length > 0)
    throw new Error(`deviations.ts names asks that ${api} does not have: ${unknown.join(', ')}`);
}

/** The responses to one ask. Empty if the server closes the connection without one. */
async function sendAsk(ask: Ask, port: number, cookies: [string, string][]): Promise<WireResponse[]> {
  if (ask.raw !== undefined) return askRaw(port, ask.raw, ask.answers ?? [ask.method ?? 'GET']);
  try {
    return [await askOnce(port, { ...ask, headers: [...(ask.headers ?? []), ...cookies] })];
  } catch (error) {
    if (error instanceof HangUp) return [];
    throw error;
  }
}

/** The answers to asks that are sent at the same moment, by title. */
async function atOnce(asks: readonly [string, Ask][], port: number): Promise<Record<string, object[]>> {
  const answers = asks.map(async ([title, ask]) => {
    const responses = await sendAsk(ask, port, []);
    return [title, show(responses.map((one) => normalised(ask, answerOf(one), port)))] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** Groups of at most `size`; each takes one of every so many, because neighbours often ask for the same. */
function spread<T>(all: readonly T[], size = 0): T[][] {
  const groups: T[][] = Array.from({ length: size > 0 ? Math.ceil(all.length / size) : 0 }, () => []);
  for (const [i, one] of all.entries()) groups[i % groups.length]?.push(one);
  return groups;
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
    if (titles.has(title)) throw new Error(`two asks have the title "${title}": add a note to one of them`);
    titles.set(title, ask);
  }
  return titles;
}

/** Returns one jar per server. */
function jarsOf(jars: Map<string, Jar[]>, name: string, servers: number): Jar[] {
  const own = jars.get(name) ?? Array.from({ length: servers }, () => new Jar());
  jars.set(name, own);
  return own;
}
