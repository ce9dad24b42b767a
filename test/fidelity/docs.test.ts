import { get, head, post, verb } from './ask.js';
import { fidelity } from './fidelity.js';
import { ownPort } from './normalise.js';

fidelity('docs.R', { sameInBothLanes: true }, [
  get('/openapi.json', { normalise: [ownPort] }),
  get('/openapi.json', {
    note: 'with a referer',
    headers: [['Referer', 'http://other.example:99/some/__docs__/']],
    normalise: [ownPort],
  }),
  get('/openapi.json', {
    note: 'with a referer elsewhere',
    headers: [['Referer', 'http://other.example/x']],
    normalise: [ownPort],
  }),
  head('/openapi.json'),
  post('/openapi.json', ''),
  get('/openapi.yaml'),
  get('/swagger.json'),
  get('/__docs__'),
  get('/__docs__/', { normalise: [ownPort] }),
  get('/__docs__/index.html', { normalise: [ownPort] }),
  get('/__docs__/swagger-ui.css', { normalise: [ownPort] }),
  get('/__docs__/nothing'),
  verb('HEAD', '/__docs__/swagger-ui.css'),
  post('/__docs__/', ''),
  get('/__swagger__'),
  get('/__swagger__/'),
  get('/__swagger__/index.html'),
  get('/'),
  get('/favicon.ico'),
]);
