import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** How long and how hard to measure. The defaults are a compromise: medians settle, and a run stays under an hour. */
export interface Settings {
  /** Rounds per contender; odd, so that the median is a value that was measured. */
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** R processes of each contender that has several. */
  readonly workers: number;
  /** Only these scenarios and contenders; all when undefined. */
  readonly scenarios: readonly string[] | undefined;
  readonly contenders: readonly string[] | undefined;
  /** Print the tables but leave docs/ alone. */
  readonly dry: boolean;
}

const names = (value: string | undefined) => value?.split(',').map((name) => name.trim());

function positive(flag: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${flag} must be a whole number above 0.`);
  return number;
}

export function readSettings(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      workers: { type: 'string', default: String(availableParallelism()) },
      scenarios: { type: 'string' },
      contenders: { type: 'string' },
      dry: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    connections: positive('connections', values.connections),
    workers: positive('workers', values.workers),
    scenarios: names(values.scenarios),
    contenders: names(values.contenders),
    dry: values.dry,
  };
}
