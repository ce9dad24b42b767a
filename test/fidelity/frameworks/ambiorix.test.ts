import { get, head, post, postJson, verb } from '../ask.js';
import { fidelity } from '../fidelity.js';

fidelity('httpuv/ambiorix.R', { engine: 'httpuv' }, [
  get('/'),
  head('/'),
  get('/users/7'),
  get('/users/7?a=1&b=2'),
  get('/users/two%20words'),
  postJson('/echo', '{"a":[1,2]}'),
  post('/echo', 'no json', 'text/plain'),
  get('/text'),
  get('/status'),
  get('/header', { headers: [['X-Test', 'one']] }),
  get('/fails'),
  get('/later'),
  get('/nowhere'),
  verb('DELETE', '/text'),
  get('/static/data.csv'),
  get('/static/nothing'),
  get('/static/'),
]);
