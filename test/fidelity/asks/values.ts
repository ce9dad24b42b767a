import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sized } from '../../support/sized.js';
import { type Ask, get } from '../ask.js';

const source = readFileSync(resolve(import.meta.dirname, '../../fixtures/apis/values.R'), 'utf8');
const list = source.slice(source.indexOf('values <- list('), source.indexOf('#* @get /boxed'));

// Only the names of the list's elements are quoted strings that are assigned at the top level of the list.
const names = [...list.matchAll(/(?:^ {2}|, )"([^"]+)" = /gm)].map((match) => match[1]!);

/** `npm test` asks for every third value inside of a list and with few digits; the rules for both are the same. */
const sampled = names.filter((_, index) => index % sized(3, 1) === 0);

const ask = (path: string, name: string): Ask => get(`${path}?name=${encodeURIComponent(name)}`);

export const values: readonly Ask[] = [
  get('/names'),
  ...['/boxed', '/not-boxed'].flatMap((path) => names.map((name) => ask(path, name))),
  ...['/digits', '/inside'].flatMap((path) => sampled.map((name) => ask(path, name))),
];
