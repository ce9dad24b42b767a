import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Target } from '../contender.js';
import type { Question } from '../question.js';

const script = join('bench', 'load', 'wrk.lua');

/** The result of one round of wrk. */
export interface WrkRound {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly failed: number;
}

interface Result {
  readonly requests: number;
  readonly microseconds: number;
  readonly failed: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
}

export async function runWrk(
  target: Target,
  question: Question,
  load: { connections: number; seconds: number },
): Promise<WrkRound> {
  const environment = {
    ...process.env,
    BENCH_METHOD: question.method,
    ...(question.body === undefined ? {} : { BENCH_BODY: question.body }),
    ...(target.keepAlive ? {} : { BENCH_CLOSE: '1' }),
  };
  const { stdout } = await promisify(execFile)(
    'wrk',
    ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, '-s', script, `${target.origin}${question.path}`],
    { env: environment },
  );
  const line = /^result (.*)$/m.exec(stdout);
  if (line === null) throw new Error(`wrk printed no result:\n${stdout}`);
  const { requests, microseconds, failed, median, p90, p99, p999 } = JSON.parse(line[1]!) as Result;
  return {
    perSecond: (requests - failed) / (microseconds / 1e6),
    medianMs: median / 1000,
    p90Ms: p90 / 1000,
    p99Ms: p99 / 1000,
    p999Ms: p999 / 1000,
    failed,
  };
}
