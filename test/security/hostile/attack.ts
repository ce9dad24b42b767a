import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Random } from '../../rdata/random.js';
import type { ServedApp } from '../../support/server.js';
import { type Hostile, hostile } from './shapes.js';

/** Milliseconds without an answer after which a client that has sent all says so. */
const SILENCE = 300;
/** Milliseconds after which a connection that is still open counts as hanging. */
const HANGING = 30_000;
const AT_ONCE = 32;

/** How it has gone. */
export interface Toll {
  /** Answers by status. */
  readonly statuses: Record<string, number>;
  /** What must not be: each with the seed of the connection. */
  readonly faults: string[];
}

/** Sends so many hostile things, each on a connection of its own. */
export async function attack(app: ServedApp, seed: number, count: number): Promise<Toll> {
  const toll: Toll = { statuses: {}, faults: [] };
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count && toll.faults.length < 20) {
      const own = seed + next;
      next += 1;
      judge(toll, own, await send(app.port, hostile(new Random(own)), new Random(~own)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return toll;
}

interface Sent {
  readonly hostile: Hostile;
  /** Undefined where the connection was not closed. */
  readonly answer: string | undefined;
}

function send(port: number, what: Hostile, random: Random): Promise<Sent> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    let silence: NodeJS.Timeout | undefined;
    const hanging = setTimeout(() => finish(undefined), HANGING);
    const finish = (text: string | undefined): void => {
      clearTimeout(hanging);
      clearTimeout(silence);
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
    socket.on('connect', () => {
      const at = random.below(4) === 0 ? random.below(what.bytes.length + 1) : what.bytes.length;
      socket.write(what.bytes.subarray(0, at));
      setImmediate(() => socket.write(what.bytes.subarray(at)));
      silence = setTimeout(() => socket.end(), SILENCE);
    });
  });
}

function judge(
  { faults, statuses }: Toll,
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
  if (answer !== '' && !answer.startsWith('HTTP/1.1 ')) fault(`no HTTP in answer: ${answer.slice(0, 80)}`);
  // An error of the app itself is plumber's: it has no code.
  const ours = answer.split(/(?=HTTP\/1\.1 \d{3} )/).find((one) => /^HTTP\/1\.1 5.*"code":/s.test(one));
  if (ours !== undefined) fault(`ours: ${ours.slice(0, 400)}`);
  if (refused && found.some((status) => status < '400')) fault(`taken: ${answer.slice(0, 200)}`);
}

/** What the gateway holds. */
export interface Holdings {
  readonly files: number;
  /** MB. */
  readonly memory: number;
}

export function holdings({ pid }: ServedApp): Holdings {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    memory: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024),
  };
}
