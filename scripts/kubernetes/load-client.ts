/**
 * A program for `node -e` in a pod, which uses only Node itself. By default, it opens a connection for each request,
 * like many separate clients. A client with keep-alive must retry a request if the server closes the connection at that
 * moment. The last line of the output is a `LoadResult`.
 */
export const clientProgram = `
const http = require('http');
const { host, port, seconds, connections, pause, keepAlive, sleepers } = JSON.parse(process.argv[1]);
const car = { mpg: 21, disp: 160, hp: 100, drat: 3.9, wt: 2.62, qsec: 16.46, vs: 0, am: 1, gear: 4, carb: 4 };
const body = JSON.stringify({ data: car });
const agent = keepAlive ? new http.Agent({ keepAlive: true, maxSockets: connections }) : false;
const ask = (method, path, send, limit) => new Promise((done) => {
  const headers = send ? { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(send) } : {};
  const request = http.request({ host, port, method, path, headers, agent, timeout: limit || 30000 }, (response) => {
    let text = '';
    response.on('data', (piece) => { text += piece; });
    response.on('end', () => done(response.statusCode + ' ' + text));
    response.on('error', (error) => done('answer: ' + error.message));
  });
  request.on('timeout', () => request.destroy(new Error('no answer in time')));
  request.on('error', (error) => done('error: ' + (error.code || '') + ' ' + error.message));
  request.end(send);
});
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
let end = Infinity;
process.on('SIGTERM', () => { end = 0; });
(async () => {
  const result = { answered: 0, failed: 0, slowest: 0, lastFailure: 0, failures: [] };
  const check = (what, got, wanted) => {
    if (got === wanted) return void (result.answered += 1);
    result.failed += 1;
    result.lastFailure = Date.now();
    if (result.failures.length < 10) result.failures.push(new Date().toISOString() + ' ' + what + ': ' + got.slice(0, 300));
  };
  // A node knows a Service and its pods a moment later than the API server.
  let first = '';
  for (let tries = 0; tries < 30 && first !== '200 ["The mtcars API is up"]'; tries += 1) {
    if (tries > 0) await sleep(1000);
    first = await ask('GET', '/', undefined, 5000);
  }
  if (first !== '200 ["The mtcars API is up"]') {
    console.log('GET / at ' + host + ':' + port + ' returned: ' + first);
    process.exit(1);
  }
  console.log('started');
  const asleep = Array.from({ length: sleepers || 0 }, async () => {
    do check('sleep', await ask('GET', '/asynchronousTest'), '200 ["OK"]');
    while (Date.now() < end);
  });
  if (asleep.length > 0) await sleep(300);
  end = Math.min(end, Date.now() + seconds * 1000);
  await Promise.all(Array.from({ length: connections }, async () => {
    for (let count = 0; count < 500000 && Date.now() < end; count += 1) {
      const began = Date.now();
      check('prediction', await ask('POST', '/prediction', body), '200 ["6"]');
      result.slowest = Math.max(result.slowest, Date.now() - began);
      if (pause > 0) await sleep(pause);
    }
  }));
  await Promise.all(asleep);
  console.log(JSON.stringify(result));
  process.exit(0);
})();
`;
