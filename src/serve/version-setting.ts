import type { IncomingMessage } from 'node:http';
import type { AppLocation } from '../app/find-app.js';
import type { Config } from '../config/load.js';
import type { Bodies } from '../http/bodies.js';
import type { ExchangeRecord } from '../lanes/exchange-record.js';
import type { Lane } from '../lanes/lane.js';
import type { LargeThreads } from '../lanes/large/threads.js';
import type { RoutePaths } from '../lanes/route-paths.js';
import type { RError } from '../observe/failures.js';
import type { Logger } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import type { OutputRoom } from '../pool/printed-lines.js';
import type { Spare } from '../pool/spare.js';

/** What the versions of an app share. */
export interface VersionSetting {
  readonly app: AppLocation;
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly threads: LargeThreads;
  nextWorkerId(): number;
  /** Whether this is `penstock dev`. */
  readonly dev: boolean;
  /** Set under `penstock dev`. */
  readonly spare: Spare | undefined;
  /** Whether the log has room for what R prints. */
  readonly outputRoom: OutputRoom;
  readonly bodies: Bodies;
  /** The gateway is shutting down. */
  draining(): boolean;
  finished(record: ExchangeRecord): void;
  /** Whether the access rules admit a request for these routes, too, if it was admitted for others. */
  admits(request: IncomingMessage, routes: RoutePaths): boolean;
  /** Warns of access rules that have no effect on these routes. */
  checkRules(routes: RoutePaths): void;
  /** May change how requests are answered. */
  around(lane: Lane): Lane;
  /** R has raised an error for a request. */
  failed(error: RError): void;
}
