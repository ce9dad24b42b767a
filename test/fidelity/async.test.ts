import { get, verb } from './ask.js';
import { fidelity } from './fidelity.js';

fidelity('async.R', { sameInBothLanes: true }, [
  get('/promise'),
  get('/delayed'),
  get('/delayed?x=y'),
  get('/chained'),
  get('/rejected'),
  get('/throws-later'),
  get('/caught'),
  get('/status-later'),
  get('/status-then-rejected'),
  get('/future'),
  get('/future?n=10'),
  get('/future-value'),
  get('/res-later'),
  get('/unboxed-later'),
  get('/text-later'),
  get('/plot-later'),
  get('/null-later'),
  get('/sync'),
  get('/filter-later'),
  get('/forward-later'),
  get('/background-error'),
  get('/nowhere'),
  verb('POST', '/promise'),
]);
