import { get, postJson, verb } from './ask.js';
import { fidelity } from './fidelity.js';
import { ownPort } from './normalise.js';

fidelity('debug.R', { sameInBothLanes: true }, [
  get('/stop'),
  get('/stop-without-call'),
  get('/named-function?x=1'),
  get('/named-function'),
  get('/missing'),
  get('/status'),
  get('/object'),
  get('/multi-line'),
  get('/own-class'),
  get('/conversion'),
  postJson('/parse', '{"a":'),
  get('/serializer'),
  get('/non-ascii'),
  get('/nowhere'),
  verb('POST', '/stop'),
  get('/openapi.json', { normalise: [ownPort] }),
]);
