import type { Result } from '../result.js';
import { table } from './table.js';

const section = (result: Result) => `## ${result.title}\n\n${result.method}.\n\n${table(result)}\n`;

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

## Method

- All contenders of a scenario are up at once, and are measured in alternating rounds (A B C, A B C, …), so that whatever
  else the machine does for a while falls on all of them.
- Every contender's answer is compared with the right one before anything is timed. Requests that failed in a round do not
  count as answered.
- The load generator, [wrk](https://github.com/wg/wrk) with one thread, runs on the same machine and takes its share of it.
- A contender is warmed up by one second of the same load, or by 32 predictions where slow requests run.

## Machine

${machine.map((line) => `- ${line}`).join('\n')}
`;
}
