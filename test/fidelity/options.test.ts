import { get, post, verb } from './ask.js';
import { fidelity } from './fidelity.js';

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

fidelity('slash.R', { sameInBothLanes: true }, [
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
]);

fidelity('no-405.R', { sameInBothLanes: true }, [
  get('/got'),
  post('/got', ''),
  verb('HEAD', '/got'),
  get('/nowhere'),
]);
