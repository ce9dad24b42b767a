import { get, post, postJson, verb } from '../ask.js';
import { fidelityOfSome } from '../fidelity.js';

const fidelity = fidelityOfSome(2);

const form = 'application/x-www-form-urlencoded';

fidelity('shapes/predict-scalars.R', {}, [
  get('/predict?speed=10'),
  get('/predict?speed=10.5'),
  get('/predict?speed=1&speed=2', { note: 'two rows' }),
  get('/predict'),
  get('/predict?speed=fast'),
  postJson('/predict', '{"speed":10}'),
  postJson('/predict', '{"speed":[10,15,20]}'),
  postJson('/predict', '{"speed":"12"}'),
  postJson('/predict', '[{"speed":10},{"speed":15}]'),
  post('/predict', 'speed=9', form),
  postJson('/predict-list', '{"speed":8}'),
  postJson('/predict-list', '{"speed":8,"interval":"confidence"}'),
  postJson('/predict-list', '{"speed":8,"interval":"nonsense"}'),
  get('/predict-class'),
  get('/predict-class?sepal_length=4.5&sepal_width=3.5'),
  get('/factor-argument?am=manual&wt=2.5'),
  get('/factor-argument?am=third'),
  get('/health'),
  verb('OPTIONS', '/predict'),
]);

fidelity('shapes/predict-body.R', {}, [
  postJson('/predict', '{"wt":2.5,"hp":110}'),
  postJson('/predict', '[{"wt":2.5,"hp":110},{"wt":3,"hp":150}]'),
  postJson('/predict', '{"wt":[2.5,3],"hp":[110,150]}'),
  postJson('/predict', '{"wt":2.5}'),
  postJson('/predict', 'not json'),
  post('/predict', '{"wt":2.5,"hp":110}', 'text/plain', { note: 'as text' }),
  post('/predict', '{"wt":2.5,"hp":110}', undefined, { note: 'no type' }),
  post('/predict', '', 'application/json', { note: 'an empty body' }),
  postJson('/predict-rows', '[{"wt":2.5,"hp":110},{"wt":3,"hp":150}]'),
  postJson('/predict-rows', '[{"wt":2.5'),
  postJson('/predict-body', '{"wt":2.5,"hp":110}'),
  postJson('/predict-body', '{"hp":110}'),
  postJson('/encoded-twice', '{"a":[1,2],"b":"x"}'),
  postJson('/encoded-once', '{"a":[1,2],"b":"x"}'),
  postJson('/lists', '[{"id":1,"text":"one"},{"id":"two","text":"three"}]'),
]);
