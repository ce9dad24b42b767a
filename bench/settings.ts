import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** The defaults are a compromise: the medians are stable, and a run takes less than an hour. */
export interface Settings {
  /** Rounds per contender. If odd, the median is a measured value. */
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** R processes of contenders that have several. */
  readonly workers: number;
  /** Limits the run to these scenarios and contenders; undefined means all. */
  readonly scenarios: readonly string[] | undefined;
  readonly contenders: readonly string[] | undefined;
  /** Print the tables, but do not write to docs/. */
  readonly dry: boolean;
}

const names = (value: string | undefined) => value?.split(',').map((name) => name.trim());

function positive(flag: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${flag}: expected a positive whole number; got "${value}".`);
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
