import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration, integer } from '../config/kinds.js';
import type { BenchOptions } from './bench.js';

/** Reads a flag as the options of the configuration are read. */
function parser<T>(kind: {
  parse(text: string): T | undefined;
  readonly expects: string;
}): (text: string) => T {
  return (text) => {
    const value = kind.parse(text);
    if (value === undefined) throw new InvalidArgumentError(`It must be ${kind.expects}.`);
    return value;
  };
}

const some = integer({ min: 1, max: 1_000_000 });

/** `penstock bench` and its flags. */
export function benchCommand(command: Command): Command {
  const flags = [
    new Option('--against <url|app>', 'Another one to compare it with: they take turns.'),
    new Option('--connections <number>', 'Connections, each with one request at a time.')
      .argParser(parser(some))
      .default(64),
    new Option('--duration <time>', 'Length of a round.')
      .argParser(parser(duration({ min: 100 })))
      .default(10_000, '10s'),
    new Option('--warmup <time>', 'Load before the first round that does not count.')
      .argParser(parser(duration()))
      .default(2000, '2s'),
    new Option('--rounds <number>', 'Rounds (default: 1, or 3 with --against).').argParser(parser(some)),
    new Option(
      '--rate <number>',
      'Requests per second in all, instead of as many as there are answers.',
    ).argParser(parser(some)),
    new Option('--path <path>', 'What is asked for, under the URL or of the app.'),
    new Option('--method <method>', 'Its method (default: GET, or POST with --body).'),
    new Option('--header <line...>', 'A header, as in "Accept: text/csv".').default([], 'none'),
    new Option('--body <text>', 'Its body, or @file.'),
    new Option('--report <file>', 'Write a page with charts.'),
    new Option('--json', 'Print the figures as JSON.'),
    new Option('--workers <n|min..max>', 'R processes of an app.'),
    new Option('--lane <auto|plumber>', 'Lane of an app.').choices(['auto', 'plumber']),
  ];
  for (const flag of flags) command.addOption(flag);
  return command
    .description('Put load on a server, or on an app that is served for it, and show how long requests take.')
    .argument('<url|app>', 'an address, a plumber file or folder, or a saved model');
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
