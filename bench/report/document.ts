import { latencyNote } from '../latency/scenario.js';
import type { Result } from '../result.js';
import { table } from './table.js';

function section(result: Result): string {
  const note = latencyNote(result);
  const parts = [`## ${result.title}`, `${result.method}.`, table(result)];
  if (result.rows.some(({ curve }) => curve !== undefined))
    parts.push('![Latency by percentile and number of connections](benchmarks-latency.svg)');
  if (note !== undefined) parts.push(note);
  return `${parts.join('\n\n')}\n`;
}

/** docs/benchmarks.md. */
export function document(results: readonly Result[], machine: readonly string[], date: Date): string {
  return `# Benchmarks

Written by \`npm run bench\` on ${date.toISOString().slice(0, 10)}; run it to repeat the figures on your machine.

![The medians of all scenarios as bars](benchmarks.svg)

Each figure is the median over the rounds, with the lowest and the highest round behind it.

${results.map(section).join('\n')}
## Who takes part

- **plumber**: one R process, as \`pr_run()\` starts it. With keep-alive each answer stalls for about 40 ms on its
  connection, because httpuv writes header and body separately without TCP_NODELAY; that is not R's fault, so plumber is
  also measured with a new connection for each request, and compared with whichever is better.
- **HAProxy**: several plumber processes behind one address. Round robin stands for a Kubernetes Service, leastconn for a
  load balancer that counts connections. Connections to plumber are not kept alive, which spares it the stall.
- **Penstock**: the same unmodified plumber file with Penstock's defaults, a log line for each request included.
- **bare Fastify**: parses the same request and returns the same JSON without R; what Node can do on this machine.

## Where the time goes

Sampled (V8's profiler, \`perf\`, R in a loop of its own) with 64 connections on two hyperthreads of one core, on which
each side runs some 1.6 times slower than alone. Microseconds for a request, estimated from
shares of samples and rounded:

| where | echo | with CORS filter and \`res\` |
| --- | ---: | ---: |
| gateway: HTTP in and out, by Node | 50 | 50 |
| gateway: routing, query, arguments, dispatching, JSON | 30 | 45 |
| gateway: log line, metrics | 15 | 15 |
| gateway: writing to workers, reading from them | 15 | 30 |
| R: the user's functions | 2 | 15 |
| R: filters, request, response, arguments around them | 20 | 60 |
| R: reading and writing frames, the loop | 40 | 40 |

The table was taken before requests were kept out of churning sets, which had made a fifth of the gateway's time garbage
collection. For batched predictions the gateway now takes about 60 µs for a request (bare Fastify 45 in the same run) and
R, with half of the clients in each batch, 30 to 50, so that both hyperthreads are busy. The next step is
the cost of a filter with its request and response in R.

## Method

- All contenders of a scenario are up at once, and are measured in alternating rounds (A B C, A B C, …), so that whatever
  else the machine does for a while falls on all of them.
- Every contender's answer is compared with the right one before anything is timed. Requests that failed in a round do not
  count as answered.
- The load generator, [wrk](https://github.com/wg/wrk) with one thread, runs on the same machine and takes its share of it.
- A contender is warmed up by one round of the same load that is not counted, or by 32 predictions where slow requests run.
  Penstock's first second on new workers is slow: 28 ms for the median prediction, while V8 and R compile and each process
  takes its memory from the system.
- In its percentiles wrk counts, for an answer that was late, those that its client would have asked for meanwhile: one
  pause of 0.4 s shows in the 99th percentile of a round of 3 s.

## Machine

${machine.map((line) => `- ${line}`).join('\n')}
`;
}
