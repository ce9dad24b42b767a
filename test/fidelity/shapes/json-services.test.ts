import { get, postJson, verb } from '../ask.js';
import { fidelityOfSome } from '../fidelity.js';

const fidelity = fidelityOfSome(2);

fidelity('shapes/cors-json.R', {}, [
  verb('OPTIONS', '/mean', {
    headers: [
      ['Origin', 'https://app.example'],
      ['Access-Control-Request-Method', 'POST'],
      ['Access-Control-Request-Headers', 'content-type'],
    ],
  }),
  verb('OPTIONS', '/nowhere'),
  postJson('/mean', '{"values":[1,2,3.5]}', { headers: [['Origin', 'https://app.example']] }),
  postJson('/mean', '{"values":[]}'),
  postJson('/mean', '{"values":["a"]}'),
  postJson('/quantiles', '{"values":[1,2,3,4],"probs":[0.25,0.5]}'),
  postJson('/quantiles', '{"values":[1,null],"probs":[0.5]}'),
  postJson('/correlate', '{"x":[1,2,3],"y":[2,4,7]}'),
  postJson('/correlate', '{"x":[1,2],"y":[1]}'),
  postJson('/regress', '{"data":[{"x":1,"y":2},{"x":2,"y":3.9},{"x":3,"y":6.2}]}'),
  postJson('/regress', '{}'),
  postJson('/table', '{"labels":["a","b","a"]}'),
  postJson('/group', '[{"group":"a","value":1},{"group":"b","value":2},{"group":"a","value":3}]'),
  postJson('/validate', '{"name":"x"}'),
  postJson('/validate', '{"nome":"x"}'),
  postJson('/matrix', '{"m":[[2,0],[0,4]]}'),
  postJson('/matrix', '{"m":[[1,1],[1,1]]}'),
  postJson('/nested', '{"options":{"a":{"b":[1,2]},"c":null}}'),
  postJson('/text', '{"text":"größer als zuvor"}'),
  postJson('/text', 'no json at all'),
  get('/mean'),
  get('/nowhere'),
]);

const anna = { headers: [['Authorization', 'Bearer secret-token']] as const };
const upload = (name: string, csv: string): string =>
  `--B\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n${csv}\r\n--B--\r\n`;
const multipart = {
  headers: [...anna.headers, ['Content-Type', 'multipart/form-data; boundary=B']] as const,
};

fidelity('shapes/jobs/plumber.R', {}, [
  get('/health'),
  get('/jobs/1'),
  get('/jobs/1', { note: 'nothing yet', ...anna }),
  verb('POST', '/jobs', { note: 'no file', ...anna }),
  verb('POST', '/jobs', { note: 'unauthorised', body: upload('a.csv', 'x\n1') }),
  verb('POST', '/jobs', { note: 'a csv file', body: upload('a.csv', 'x,y\n1,2\n3,4\n'), ...multipart }),
  verb('POST', '/jobs', { note: 'another', body: upload('b.csv', 'z\n5\n'), ...multipart }),
  get('/jobs/1', { note: 'the first', ...anna }),
  get('/jobs/2', { note: 'the second', ...anna }),
  get('/jobs/1/result', anna),
  get('/jobs/1/download', anna),
  get('/jobs/9/result', anna),
  verb('POST', '/run', anna),
  get('/jobs/1', { note: 'a wrong token', headers: [['Authorization', 'Bearer other']] }),
]);
