import { get, post, postJson } from '../../ask.js';
import { fidelity } from '../../fidelity.js';
import { pdfDates } from '../../normalise.js';

fidelity('shapes/hello-plots.R', {}, [
  get('/echo'),
  get('/echo?msg=hi%20there'),
  get('/plot'),
  post('/sum', 'a=1&b=2.5', 'application/x-www-form-urlencoded', { note: 'a form' }),
  postJson('/sum', '{"a":1,"b":2}'),
  post('/sum?a=4&b=5', ''),
  post('/sum', '', undefined, { note: 'an empty body' }),
  get('/scatter'),
  get('/scatter?spec=setosa'),
  get('/scatter?spec=none'),
  get('/photo'),
  get('/lines.svg'),
  get('/lines.svg?n=x'),
]);

fidelity('shapes/analysis/plumber.R', {}, [
  get('/report'),
  get('/report?variable=wt'),
  get('/report?variable=nothing'),
  get('/pdf', { normalise: [pdfDates] }),
  get('/rds'),
  get('/source'),
  get('/widget'),
  get('/table'),
  get('/xml'),
]);

fidelity('shapes/report/plumber.R', {}, [
  get('/plot'),
  get('/plot?column=hp&bins=5'),
  get('/plot?column=nothing'),
  get('/image'),
  get('/image?n=9'),
  get('/report'),
  get('/report?title=Mine'),
  get('/download'),
  get('/download?name=mine'),
  get('/summary'),
  get('/page'),
  get('/page?rows=2'),
]);
