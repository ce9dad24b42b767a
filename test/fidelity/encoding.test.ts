import { get, post, postJson } from './ask.js';
import { fidelity } from './fidelity.js';

const rawUtf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

fidelity('encoding.R', {}, [
  get('/text'),
  get(rawUtf8('/échappée'), { note: 'bytes on the request line' }),
  get('/%C3%A9chapp%C3%A9e'),
  get('/percent%20encoded'),
  get('/path/%C3%A9'),
  get(rawUtf8('/path/é'), { note: 'bytes on the request line' }),
  get('/path/%E4%B8%AD'),
  get('/path/a%2Fb'),
  get('/query?x=%C3%A9'),
  get('/query?x=%F0%9F%98%80'),
  get('/query?x=%E9', { note: 'Latin-1' }),
  get(`/query?x=${rawUtf8('é')}`, { note: 'bytes on the request line' }),
  get('/query?%C3%A9=1', { note: 'a name with an accent' }),
  get('/header'),
  postJson('/body', '{"x":"é中😀"}'),
  postJson('/body', '{"x":"\\u00e9"}'),
  post('/body', 'x=%C3%A9', 'application/x-www-form-urlencoded', { note: 'a form' }),
  post('/body', Buffer.from([0x7b, 0x22, 0x78, 0x22, 0x3a, 0x22, 0xe9, 0x22, 0x7d]), 'application/json', {
    note: 'JSON that is not UTF-8',
  }),
  post('/text-body', 'é', 'text/plain', { note: 'no charset' }),
  post('/text-body', 'é', 'text/plain; charset=utf-8', { note: 'UTF-8' }),
  post('/text-body', Buffer.from([0xe9]), 'text/plain; charset=latin1', { note: 'Latin-1' }),
  post('/text-body', Buffer.from([0x61, 0x00, 0x62]), 'text/plain', { note: 'a null byte' }),
  get('/latin1'),
  get('/latin1-text'),
  get('/bytes'),
  get('/unknown-bytes'),
  get('/names'),
  get('/escapes'),
  get('/control'),
  get('/html-text'),
  get('/status-text?x=%C3%A9'),
  get('/status-text'),
]);
