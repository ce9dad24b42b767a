import { get, post, verb } from './ask.js';
import { fidelity } from './fidelity.js';

fidelity('limits.R', { sameInBothLanes: true }, [
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
