import { readdirSync, readFileSync } from 'node:fs';
import { Random } from '../../rdata/random.js';
import type { ServedApp } from '../../support/server.js';
import { connectTo } from './connect.js';
import { type Hostile, hostile } from './shapes.js';

/** Time after which a client that has got no answer closes its side of the connection. */
const HALF_CLOSE_DELAY_MS = 300;
/** Time after which a connection that is still open counts as hanging. */
const HANGING_CONNECTION_MS = 30_000;
const CONCURRENT_CONNECTIONS = 32;

/** The result of an attack. */
export interface AttackResult {
  /** Number of answers by status. */
  readonly statuses: Record<string, number>;
  /** Everything that went wrong, with the seed of the connection. */
  readonly faults: string[];
}

/** Sends `count` hostile inputs, each on its own connection. */
export async function attack(app: ServedApp, seed: number, count: number): Promise<AttackResult> {
  const result: AttackResult = { statuses: {}, faults: [] };
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count && result.faults.length < 20) {
      const own = seed + next;
      next += 1;
      check(result, own, await send(app, hostile(new Random(own)), new Random(~own)));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_CONNECTIONS }, client));
  return result;
}

interface Sent {
  readonly hostile: Hostile;
  /** Undefined if the connection was not closed. */
  readonly answer: string | undefined;
}

function send(app: ServedApp, what: Hostile, random: Random): Promise<Sent> {
  return new Promise((resolve) => {
    const socket = connectTo(app, () => {
      const at = random.below(4) === 0 ? random.below(what.bytes.length + 1) : what.bytes.length;
      socket.write(what.bytes.subarray(0, at));
      setImmediate(() => socket.write(what.bytes.subarray(at)));
      halfClose = setTimeout(() => socket.end(), HALF_CLOSE_DELAY_MS);
    });
    let answer = '';
    let halfClose: NodeJS.Timeout | undefined;
    const hanging = setTimeout(() => finish(undefined), HANGING_CONNECTION_MS);
    const finish = (text: string | undefined): void => {
      clearTimeout(hanging);
      clearTimeout(halfClose);
      socket.destroy();
      resolve({ hostile: what, answer: text });
    };
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text;
      socket.end();
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => {});
    socket.on('close', () => finish(answer));
  });
}

function check(
  { faults, statuses }: AttackResult,
  seed: number,
  { answer, hostile: { bytes, refused } }: Sent,
): void {
  const fault = (what: string): void => {
    faults.push(`seed ${seed}: ${what}: ${JSON.stringify(bytes.subarray(0, 300).toString('latin1'))}`);
  };
  if (answer === undefined) {
    fault('the connection hangs');
    return;
  }
  const found = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => match[1]!);
  for (const status of found) statuses[status] = (statuses[status] ?? 0) + 1;
  if (answer !== '' && !answer.startsWith('HTTP/1.1 '))
    fault(`the answer is not HTTP: ${answer.slice(0, 80)}`);
  // Errors of the app come from plumber and have no code.
  const ours = answer.split(/(?=HTTP\/1\.1 \d{3} )/).find((one) => /^HTTP\/1\.1 5.*"code":/s.test(one));
  if (ours !== undefined) fault(`internal error: ${ours.slice(0, 400)}`);
  if (refused && found.some((status) => status < '400')) fault(`accepted: ${answer.slice(0, 200)}`);
}

/** Resources that the gateway uses. */
export interface Holdings {
  readonly files: number;
  /** In MB. */
  readonly memory: number;
}

export function holdings({ pid }: ServedApp): Holdings {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    memory: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024),
  };
}
