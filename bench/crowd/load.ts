import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Target } from '../contender.js';
import type { Question } from '../question.js';
import type { LoadPlan, LoadResult } from './plan.js';

const client = ['--import', 'tsx', 'bench/crowd/client.ts'];
const MOST_OUTPUT_BYTES = 2 ** 20;

/** Puts the load on in a process of its own, and returns what it saw. */
export async function putLoad(
  { keepAlive, origin }: Pick<Target, 'origin' | 'keepAlive'>,
  question: Question,
  load: Omit<LoadPlan, 'host' | 'port' | 'request'>,
): Promise<LoadResult> {
  const { hostname, port } = new URL(origin);
  const plan: LoadPlan = {
    ...load,
    host: hostname,
    port: Number(port),
    request: rawRequest(question, hostname, keepAlive),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [...client, JSON.stringify(plan)], {
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  return JSON.parse(stdout) as LoadResult;
}

function rawRequest({ body, method, path }: Question, host: string, keepAlive: boolean): string {
  return [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...(keepAlive ? [] : ['Connection: close']),
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    '',
    body ?? '',
  ].join('\r\n');
}
