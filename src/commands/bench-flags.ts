import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration, integer } from '../config/kinds.js';
import type { BenchOptions } from './bench.js';

/** Parses a flag with a kind of the configuration's options. */
function parser<T>(kind: {
  parse(text: string): T | undefined;
  readonly expects: string;
}): (text: string) => T {
  return (text) => {
    const value = kind.parse(text);
    if (value === undefined) throw new InvalidArgumentError(`Expected ${kind.expects}.`);
    return value;
  };
}

const positive = parser(integer({ min: 1, max: 1_000_000 }));

/** `penstock bench` and its flags. */
export function benchCommand(command: Command): Command {
  const flags = [
    new Option('--against <url|app>', 'Also measure this target, in alternating rounds, and compare.'),
    new Option('--connections <number>', 'Number of connections, each with one request at a time.')
      .argParser(positive)
      .default(64),
    new Option('--duration <time>', 'Duration of each round.')
      .argParser(parser(duration({ min: 100 })))
      .default(10_000, '10s'),
    new Option('--warmup <time>', 'Duration of the load before the first round, which is not measured.')
      .argParser(parser(duration()))
      .default(2000, '2s'),
    new Option('--rounds <number>', 'Number of rounds (default: 1, or 3 with --against).').argParser(
      positive,
    ),
    new Option(
      '--rate <number>',
      'Send this many requests per second in total, instead of as many as possible.',
    ).argParser(positive),
    new Option('--path <path>', 'Path to request, relative to the URL or the app.'),
    new Option('--method <method>', 'HTTP method (default: GET, or POST with --body).'),
    new Option('--header <line...>', 'Request header, for example "Accept: text/csv".').default([], 'none'),
    new Option('--body <text>', 'Request body, or @file.'),
    new Option('--report <file>', 'Write a report with charts to this HTML file.'),
    new Option('--json', 'Print the results as JSON.'),
    new Option('--workers <n|min..max>', 'Number of workers, if the target is an app.'),
    new Option('--lane <auto|plumber>', 'Lane, if the target is an app.').choices(['auto', 'plumber']),
  ];
  for (const flag of flags) command.addOption(flag);
  return command
    .description('Load-test a server, or an app that Penstock serves for the test, and report its latency.')
    .argument('<url|app>', 'a URL, a plumber file or directory, or a saved model');
}

export function benchOptionsOf(command: Command): BenchOptions {
  const {
    against,
    body,
    connections,
    duration,
    header,
    json,
    lane,
    method,
    path,
    rate,
    report,
    rounds,
    warmup,
    workers,
  } = command.opts();
  const serveFlags = Object.entries({ '--workers': workers, '--lane': lane }).flatMap(([flag, value]) =>
    value === undefined ? [] : [flag, String(value)],
  );
  return {
    against,
    connections,
    duration,
    warmup,
    rounds: rounds ?? (against === undefined ? 1 : 3),
    rate,
    path,
    method,
    headers: header,
    body,
    report,
    json: json === true,
    serveFlags,
  };
}
