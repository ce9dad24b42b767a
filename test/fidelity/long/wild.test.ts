import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Ask, abbreviate, get, post } from '../ask.js';
import { fidelity } from '../fidelity.js';

const FORM = 'application/x-www-form-urlencoded';
const folder = resolve(import.meta.dirname, '../../fixtures/wild');

/** The files with asks: an app is a file, or a folder with plumber.R or entrypoint.R. */
function apps(): { name: string; file: string }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'all.R') return [];
    if (entry.isFile()) return [{ name: entry.name.replace(/\.R$/, ''), file: join(folder, entry.name) }];
    const main = ['entrypoint.R', 'plumber.R'].find((name) =>
      readdirSync(join(folder, entry.name)).includes(name),
    );
    return main === undefined ? [] : [{ name: entry.name, file: join(folder, entry.name, main) }];
  });
}

/** An ask of an app is a comment: `#> GET /path Header: value`, or `#> POST /path` and a body. */
function asksOf({ file, name }: { name: string; file: string }): Ask[] {
  const lines = readFileSync(file, 'utf8').matchAll(/^#> (\S+) (\S+) ?(.*?)\r?$/gm);
  return [...lines].map(([, method, path, rest = '']) => {
    const note = rest === '' ? {} : { note: abbreviate(rest) };
    const header = /^([A-Z][A-Za-z-]*): (.*)$/.exec(rest);
    const base = { method: method!, path: `/${name}${path}`, ...note };
    if (header !== null) return { ...base, headers: [[header[1]!, header[2]!]] };
    if (rest === '') return base;
    const type = /^[[{]/.test(rest) ? 'application/json' : /^\w+=/.test(rest) ? FORM : 'text/plain';
    return { ...base, headers: [['Content-Type', type]], body: rest };
  });
}

/** Requests to the examples in plumber's package, except those whose answers depend on the clock or on chance. */
const examples: Ask[] = [
  get('/01-append/tail'),
  post('/01-append/append', 'val=9', FORM),
  post('/01-append/append', 'val=x', FORM, { note: 'no number' }),
  get('/01-append/tail?n=2'),
  get('/01-append/tail?n=500'),
  get('/01-append/graph'),
  get('/02-filters/me'),
  get('/02-filters/me?username=joe'),
  get('/02-filters/me?username=eve'),
  get('/02-filters/about'),
  get('/03-github/version'),
  post('/03-github/update', 'a=1', FORM),
  get('/04-mean-sum/mean?samples=0'),
  post('/04-mean-sum/sum', 'a=1&b=2', FORM),
  post('/04-mean-sum/sum', 'a=1', FORM, { note: 'one number' }),
  get('/05-static/'),
  get('/05-static/a.html'),
  get('/05-static/static/b.txt'),
  get('/05-static/static/c.txt'),
  get('/06-sessions/counter'),
  get('/06-sessions/counter', { headers: [['Cookie', 'visitcounter=4']], note: 'with a cookie' }),
  get('/06-sessions/sessionCounter'),
  get('/06-sessions/static/iframe.html'),
  get('/07-mailgun/tail'),
  post('/07-mailgun/mail', 'from=a&subject=%3Cb%3E', FORM),
  get('/08-identity/name'),
  get('/09-content-type/text'),
  get('/09-content-type/html'),
  get('/09-content-type/download-binary'),
  get('/10-welcome/'),
  get('/11-car-inventory/car/'),
  get('/11-car-inventory/car/1'),
  get('/11-car-inventory/car/1000'),
  post('/11-car-inventory/car/', 'make=a&model=b&edition=c&year=2000&miles=1&price=2', FORM),
  post('/11-car-inventory/car/', 'make=a', FORM, { note: 'no model' }),
  get('/11-car-inventory/car/x'),
  get('/12-entrypoint/counter'),
  get('/12-entrypoint/nothing'),
  get('/13-promises/sync-bad'),
  get('/15-openapi-spec/sum?num=1,2'),
  get('/15-openapi-spec/sum?num=1&num=2'),
  get('/16-attachment/nothing'),
  post('/17-arguments/bad-practice/1/2', 'd=3', FORM),
  post('/17-arguments/bad-practice/1/2', 'a=3', FORM, { note: 'a name twice' }),
].map((ask) => ({ ...ask, path: `/plumber${ask.path}` }));

fidelity('../wild/all.R', {}, [...apps().flatMap(asksOf), ...examples]);
