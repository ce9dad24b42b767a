import { get, post, postJson, verb } from './ask.js';
import { fidelity } from './fidelity.js';

fidelity('mounts', {}, [
  get('/'),
  get('/sub'),
  get('/sub/'),
  get('/sub/hello/anna'),
  get('/sub/shadow'),
  postJson('/sub/echo', '{"a":1}'),
  post('/sub/hello/anna', '', undefined, { note: 'a wrong verb inside a mount' }),
  get('/sub/fail'),
  get('/sub/nowhere'),
  get('/subway'),
  get('/own/'),
  get('/own/fail'),
  get('/own/nowhere'),
  get('/own/inner/deep/3'),
  get('/own/inner/deep/x'),
  get('/own/inner-too/deep/4'),
  get('/nowhere'),
  verb('DELETE', '/'),
  get('/openapi.json'),
]);
