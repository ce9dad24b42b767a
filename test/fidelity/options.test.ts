import { get, post, verb } from './ask.js';
import { fidelityOfSome } from './fidelity.js';

const fidelity = fidelityOfSome(2);

const withSecret = { headers: [['Plumber-Shared-Secret', 'open sesame']] as const };

fidelity('secret.R', { sameInBothLanes: true }, [
  get('/guarded'),
  get('/guarded', { note: 'with the secret', ...withSecret }),
  get('/guarded', { note: 'with another secret', headers: [['Plumber-Shared-Secret', 'open']] }),
  get('/unguarded'),
  get('/nowhere'),
  get('/nowhere', { note: 'with the secret', ...withSecret }),
  verb('POST', '/guarded'),
  verb('POST', '/guarded', { note: 'with the secret', ...withSecret }),
  get('/openapi.json', { note: 'with the secret', ...withSecret }),
]);

fidelity('options.R', { sameInBothLanes: true }, [
  get('/folder'),
  get('/folder/'),
  get('/folder?a=1&b=2'),
  get('/folder/?a=1'),
  post('/folder', 'a=1'),
  verb('PUT', '/folder'),
  verb('HEAD', '/folder'),
  get('/file/'),
  get('/item/5'),
  get('/item/5/'),
  get('/sub'),
  get('/sub/'),
  get('/sub/inner'),
  get('/sub/inner/'),
  get('/nowhere'),
  get('/free'),
  post('/limited', 'x'.repeat(100), 'text/plain', { note: 'exactly the limit' }),
  post('/limited', 'x'.repeat(101), 'text/plain', { note: 'one byte more' }),
  post('/limited', 'x'.repeat(300_000), 'text/plain', { note: 'much more' }),
  post('/limited', '', 'text/plain', { note: 'empty' }),
  verb('POST', '/limited', { note: 'a small chunked body', chunks: ['x'] }),
  verb('POST', '/limited', { note: 'Expect: 100-continue', body: 'x'.repeat(101), expectContinue: true }),
  post('/nowhere', 'x'.repeat(101), 'text/plain', { note: 'too large, on an unknown path' }),
  get('/free', { note: 'a GET with a body over the limit', body: 'x'.repeat(101) }),
  get('/free', { note: 'afterwards' }),
]);

fidelity(
  'environment-options.R',
  { env: { PLUMBER_MAXREQUESTSIZE: '10', PLUMBER_TRAILINGSLASH: 'TRUE' }, sameInBothLanes: true },
  [
    get('/ok'),
    get('/folder'),
    post('/body', '1234567890', 'text/plain', { note: 'exactly the limit' }),
    post('/body', '12345678901', 'text/plain', { note: 'one byte more' }),
    verb('DELETE', '/ok'),
  ],
);

// plumber reads the secret from the environment from 1.3 on.
fidelity(
  'environment-options.R',
  { env: { PLUMBER_SHAREDSECRET: 'open sesame', PLUMBER_METHODNOTALLOWED: 'FALSE' }, sameInBothLanes: true },
  [
    get('/ok'),
    get('/ok', { note: 'with the secret', ...withSecret }),
    verb('DELETE', '/ok'),
    verb('DELETE', '/ok', { note: 'with the secret', ...withSecret }),
    get('/nowhere'),
  ],
);

// Sets it while it runs.
fidelity('environment-options.R', { sameInBothLanes: true }, [
  get('/ok', { note: 'before' }),
  post('/lock', ''),
  get('/ok', { note: 'afterwards' }),
  get('/ok', { note: 'afterwards, with the secret', ...withSecret }),
]);

// Not even Penstock's own documentation is served then.
fidelity('without.R', { flags: ['--docs', 'penstock'], sameInBothLanes: true }, [
  get('/got'),
  post('/got', ''),
  verb('HEAD', '/got'),
  get('/nowhere'),
  get('/openapi.json'),
  get('/__docs__/'),
]);
