import { get, postJson } from './ask.js';
import { fidelity } from './fidelity.js';
import { replacing } from './normalise.js';

const nonce = replacing(/(?<=state=)[^;]+/g, 'ENCRYPTED', 'every encryption uses a new nonce');

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
