import { type Ask, get } from '../ask.js';
import { replacing } from '../normalise.js';

const expiry = replacing(
  /\w{3}, [ \d]\d \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT|(?<=Max-Age= )\d+/g,
  'LATER',
  'the expiry depends on when the cookie was set',
);

export const cookies: readonly Ask[] = [
  get('/set'),
  get('/set-all'),
  get('/set-expiring', { normalise: [expiry] }),
  get('/set-until', { normalise: [expiry] }),
  get('/set-two'),
  get('/remove'),
  get('/count', { note: 'first', jar: 'visits' }),
  get('/count', { note: 'second', jar: 'visits' }),
  get('/read', { headers: [['Cookie', 'a=1; b=%C3%A9']] }),
  get('/set', { note: 'a cookie that is not UTF-8', headers: [['Cookie', 'a=\xe9']] }),
  get('/set', { note: 'a null byte in a cookie', headers: [['Cookie', 'a=%00']] }),
];
