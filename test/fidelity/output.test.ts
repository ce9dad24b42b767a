import { get } from './ask.js';
import { fidelity } from './fidelity.js';

fidelity('output.R', { sameInBothLanes: true }, [
  get('/prints'),
  get('/prints-json'),
  get('/prints-much'),
  get('/prints-binary'),
  get('/stderr'),
  get('/warns'),
  get('/warns-loudly'),
  get('/message'),
  get('/sink'),
  get('/interactive'),
  get('/readline'),
  get('/system'),
  get('/system-output'),
  get('/invisible'),
  get('/environment'),
  get('/arguments'),
  get('/set-seed'),
  get('/set-seed?seed=2'),
  get('/locale'),
  get('/temporary'),
  get('/options'),
  get('/session'),
]);
