import { get, post, postJson, verb } from '../../ask.js';
import { fidelity } from '../../fidelity.js';

const key = { headers: [['X-Api-Key', 'dev-key']] } as const;
const multipart = {
  headers: [...key.headers, ['Content-Type', 'multipart/form-data; boundary=B']] as const,
};
const upload = (csv: string): string =>
  `--B\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: application/octet-stream\r\n\r\n${csv}\r\n--B--\r\n`;

fidelity('shapes/upload-jobs.R', {}, [
  get('/health'),
  get('/tasks/task-001'),
  get('/tasks/task-001', { note: 'with the key', ...key }),
  verb('POST', '/upload', { note: 'no file', ...key }),
  verb('POST', '/upload', { body: upload('x,y\n1,2\n3,5\n'), ...multipart }),
  get('/tasks/task-001', { note: 'uploaded', ...key }),
  get('/tasks/task-001/result', key),
  get('/tasks/task-001/download', key),
  get('/tasks/task-009/result', key),
  verb('POST', '/raw', { body: 'some bytes', ...key }),
  get('/nowhere'),
  get('/nowhere', { note: 'with the key', ...key }),
]);

fidelity('shapes/pipeline.R', {}, [
  get('/healthz'),
  get('/livez'),
  get('/simulate'),
  get('/simulate?n=10&seed=3'),
  get('/simulate?n=x'),
  postJson('/transform', '{"values":[1,2,10]}'),
  postJson('/transform', '{"values":["a"]}'),
  get('/plot'),
  get('/sync'),
  get('/nowhere'),
]);

const form = 'application/x-www-form-urlencoded';

fidelity('shapes/webhooks.R', {}, [
  post('/command', 'token=t&text=sum+1+2&user_name=ann', form, { note: 'a sum' }),
  post('/command', 'token=t&text=&user_name=ann', form, { note: 'no text' }),
  post('/command', 'text=dance%20now&team=x', form, { note: 'unknown' }),
  postJson('/command', '{"text":"sum 4 5"}'),
  post('/hook', '{"event":"push"}', 'application/json', { note: 'unsigned' }),
  post('/hook', '{"event":"push"}', 'application/json', { note: 'signed', headers: [['X-Signature', '16']] }),
  get('/deliveries'),
  get('/any'),
  verb('PATCH', '/any'),
  verb('OPTIONS', '/any'),
  get('/cookie'),
  get('/cookie', { note: 'with a cookie', headers: [['Cookie', 'visited=yes; other=1']] }),
]);

fidelity('shapes/async-health.R', {}, [
  get('/health'),
  get('/ready'),
  get('/slow'),
  get('/slow?n=100', { headers: [['User-Agent', 'probe/1']] }),
  get('/pipeline'),
  get('/pipeline?x=3'),
  get('/pipeline?x=three'),
  get('/fails'),
  get('/timing'),
  get('/nowhere'),
]);
