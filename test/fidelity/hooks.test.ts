import { get, verb } from './ask.js';
import { fidelity } from './fidelity.js';

fidelity('hooks.R', { sameInBothLanes: true }, [
  get('/plain'),
  get('/stop'),
  get('/seen'),
  get('/res'),
  get('/replace'),
  get('/preroute-stop'),
  get('/hooked'),
  get('/hooked?a=1'),
  get('/hook-without-value'),
  get('/hook-fails'),
  get('/nowhere'),
  verb('POST', '/plain'),
]);
