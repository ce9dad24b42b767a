import type { PoolOptions } from '../pool/pool-options.js';
import type { WorkerCommand } from '../pool/worker-command.js';
import type { PreloadMode } from '../pool/worker-source.js';
import type { VersionSetting } from './version-setting.js';
import { recyclingLimits } from './worker-life.js';

/** Room for the status, the headers and R's framing around the body of an answer, in bytes. */
const ANSWER_OVERHEAD = 65_536;

/** Streams end after this share of the time that a stopping server has, at the latest. */
const STREAM_SHARE = 0.8;

/** The options of the pool of a version. */
export function poolOptions(
  setting: VersionSetting,
  { command, cpus, preload }: { command: WorkerCommand | undefined; cpus: number; preload: PreloadMode },
): PoolOptions {
  const { app, config } = setting;
  return {
    command: command ?? {
      rscript: config.rscript,
      app,
      host: config.host,
      port: config.port,
      documents: config.docs === 'penstock',
      develops: setting.dev,
      ...(config.repairs && { repairs: config.repairs }),
      interactive: config.debug,
    },
    min: config.workers.min,
    max: config.workers.max,
    cpus,
    recycling: recyclingLimits(config),
    preload,
    spare: setting.spare,
    outputRoom: setting.outputRoom,
    loadTimeout: config.loadTimeout,
    idleTimeout: config.idleTimeout,
    stopGrace: config.shutdownTimeout,
    open: {
      maxOpen: config.asyncRequests,
      callbackTimeout: config.timeout,
      interruptGrace: config.interruptGrace,
      // A stream must be able to send its last event before the server cuts what is left.
      streamDrain: Math.min(config.streamDrain, config.shutdownTimeout * STREAM_SHARE),
    },
    maxPayload: config.responseLimit + ANSWER_OVERHEAD,
    nextId: () => setting.nextWorkerId(),
  };
}
