import { get, postJson } from './ask.js';
import { fidelity } from './fidelity.js';
import { replacing } from './normalise.js';

const expiry = replacing(
  /\w{3}, [ \d]\d \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT|(?<=Max-Age= )\d+/g,
  'LATER',
  'the expiry depends on when the cookie was set',
);

const nonce = replacing(/(?<=state=)[^;]+/g, 'ENCRYPTED', 'every encryption uses a new nonce');

fidelity('cookies.R', {}, [
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
]);

// Both servers use the same key, so each must also read what the other has written.
fidelity('sessions.R', { sameInBothLanes: true }, [
  get('/count', { note: 'no session yet', jar: 'one', normalise: [nonce] }),
  get('/count', { note: 'second', jar: 'one', normalise: [nonce] }),
  get('/count', { note: "the other server's cookie", jar: 'one', swapJar: true, normalise: [nonce] }),
  get('/peek', { note: 'a session', jar: 'one', normalise: [nonce] }),
  postJson('/keep', '{"a":[1,2],"b":"é"}', { jar: 'one', normalise: [nonce] }),
  get('/peek', { note: 'the kept value', jar: 'one', normalise: [nonce] }),
  get('/peek', {
    note: "the kept value in the other server's cookie",
    jar: 'one',
    swapJar: true,
    normalise: [nonce],
  }),
  get('/forget', { jar: 'one', normalise: [nonce] }),
  get('/peek', { note: 'after forgetting', jar: 'one', normalise: [nonce] }),
  get('/peek', { note: 'a forged cookie', headers: [['Cookie', 'state=AAAA_BBBB']] }),
  get('/peek', { note: 'no cookie' }),
]);
