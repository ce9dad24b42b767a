import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import type { Lane } from '../lanes/lane.js';
import { repairs } from '../lanes/repairs/repairs.js';
import { RevisedLane } from '../lanes/revised-lane.js';
import type { Failures } from '../observe/failures.js';
import { shownErrors } from './dev/shown-errors.js';

/** The lane with what the user has switched on: repairs of plumber, and R's errors under `penstock dev`. */
export function around(
  lane: Lane,
  { app, config, dev, failures }: { app: AppLocation; config: Config; dev: boolean; failures: Failures },
): Lane {
  if (app.kind !== 'plumber') return lane;
  const { repairs: names = [] } = config;
  const repaired = names.length === 0 ? lane : new RevisedLane(lane, repairs(names));
  return dev ? new RevisedLane(repaired, shownErrors(failures)) : repaired;
}
