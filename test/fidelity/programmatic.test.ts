import { get, head, post, postJson, verb } from './ask.js';
import { fidelityOfSome } from './fidelity.js';

const fidelity = fidelityOfSome(2);

fidelity('programmatic.R', { sameInBothLanes: true }, [
  get('/annotated'),
  get('/stop'),
  get('/status-then-stop'),
  postJson('/body', '{"a":1}'),
  post('/body', 'a=1', 'application/x-www-form-urlencoded', { note: 'a form without its parser' }),
  post('/body', 'words', 'text/plain', { note: 'text' }),
  get('/got'),
  get('/got?a=2'),
  postJson('/posted', '{"a":3}'),
  verb('PUT', '/put/4'),
  verb('PUT', '/put/x'),
  verb('DELETE', '/delete'),
  head('/head'),
  get('/both'),
  post('/both', ''),
  verb('PUT', '/both'),
  get('/nowhere'),
  get('/openapi.json'),
]);

fidelity('entry', { sameInBothLanes: true }, [
  get('/from-file'),
  get('/added'),
  get('/late'),
  get('/where'),
  get('/helped'),
  get('/nowhere'),
  get('/openapi.json'),
]);
