import { get, post, postJson, verb } from '../../ask.js';
import { fidelity } from '../../fidelity.js';

fidelity('shapes/titanic/plumber.R', {}, [
  get('/'),
  get('/healthcheck'),
  get('/survival?Class=1st&Sex=Female&Age=Adult'),
  get('/survival?Class=Crew&Sex=Male&Age=Adult'),
  get('/survival?Class=4th&Sex=Male&Age=Adult'),
  get('/survival?Class=1st&Class=2nd&Sex=Male&Age=Adult'),
  get('/survival'),
  postJson('/survival', '{"Class":"3rd","Sex":"Male","Age":"Child"}'),
  postJson('/survival', '{"Class":["3rd","1st"],"Sex":["Male","Female"],"Age":["Child","Adult"]}'),
  post('/survival', 'Class=2nd&Sex=Female&Age=Child', 'application/x-www-form-urlencoded'),
  postJson('/survival', '{"Class":null}'),
]);

fidelity('shapes/iris-forest.R', {}, [
  get('/health-check'),
  get('/predict_petal_length?petal_width=1.5'),
  get('/predict_petal_length'),
  postJson('/predict', '{"sl":5.1,"sw":3.5,"pl":1.4,"pw":0.2}'),
  postJson('/predict', '{"sl":[5.1,6.7],"sw":[3.5,3],"pl":[1.4,5.2],"pw":[0.2,2.3]}'),
  verb('POST', '/predict?sl=6&sw=2.2&pl=4&pw=1'),
  postJson('/predict', '{"sl":"x","sw":3.5,"pl":1.4,"pw":0.2}'),
  postJson('/predict', '{"sl":5.1}'),
  postJson('/probabilities', '{"sl":[5.9,6.1],"sw":[3,2.8],"pl":[4.9,4.7],"pw":[1.7,1.6]}'),
  get('/importance'),
  verb('OPTIONS', '/predict'),
  get('/nowhere'),
  get('/openapi.json'),
]);

fidelity('shapes/loan-score.R', { env: { SCORE_CUTOFF: '0.6' } }, [
  postJson('/score', '{"income":45000,"debt":2000,"years":3}'),
  postJson('/score', '[{"income":45000,"debt":2000,"years":3},{"income":1000,"debt":9000,"years":0}]'),
  postJson('/score', '{"income":[1000,90000],"debt":[0,0],"years":[1,10]}'),
  postJson('/score', '{'),
  post('/score', '{"income":45000,"debt":2000,"years":3}', 'text/plain'),
  postJson(
    '/score_batch',
    '[{"income":45000,"debt":2000,"years":3,"name":"a"},{"income":1,"debt":2,"years":3}]',
  ),
  postJson('/score_batch', '{"income":45000,"debt":2000,"years":3}'),
  postJson('/score_batch', '[{"income":45000}]'),
  postJson('/score_batch', 'nothing of the kind'),
  postJson('/explain', '{"income":45000,"years":1.5}'),
  postJson('/explain', '{"salary":1}'),
  get('/coefficients'),
  get('/whoami', { headers: [['User-Agent', 'probe/1.0']] }),
  get('/whoami', { note: 'no agent' }),
]);

fidelity('shapes/vetiver/plumber.R', {}, [
  get('/ping'),
  get('/metadata'),
  get('/prototype'),
  get('/logo'),
  postJson('/predict', '[{"cyl":4,"wt":2.5},{"cyl":8,"wt":3.9}]'),
  postJson('/predict', '{"cyl":4,"wt":2.5}'),
  postJson('/predict', '{"cyl":4}'),
  post('/predict', 'cyl,wt\n4,2.5\n6,3\n', 'text/csv'),
  get('/predict'),
  get('/openapi.json'),
]);

fidelity('shapes/pinned-model.R', {}, [
  get('/ping'),
  get('/metadata'),
  get('/prototype'),
  postJson('/predict', '[{"wt":2.5},{"wt":3}]'),
  postJson('/predict', '{"wt":2.5}'),
  postJson('/predict', '[{"hp":110}]'),
  post('/predict', 'wt\n2.5\n3\n', 'text/csv', { note: 'csv' }),
  get('/predict'),
  get('/openapi.json'),
]);
