import type { ReloadCause, ReloadRecord } from '../admin/reload-record.js';
import { PenstockError } from '../errors.js';
import type { Logger } from '../observe/log.js';
import { AppVersion } from './app-version.js';
import { Reloads } from './reloads.js';
import type { VersionSetting } from './version-setting.js';

/**
 * The versions of the app: the one that serves, at most one that is being loaded to replace it, and older ones that
 * finish their requests.
 */
export class AppVersions {
  readonly #setting: VersionSetting;
  readonly #log: Logger;
  readonly #reloads: Reloads;
  #serving: AppVersion | undefined;
  #loading: AppVersion | undefined;
  readonly #finishing = new Set<AppVersion>();
  /** The files of the version that failed to load last, if none has been loaded since. */
  #failedFiles: readonly string[] = [];
  /** Restarts in versions that have ended. */
  #restarts = 0;
  #closed = false;

  constructor(setting: VersionSetting) {
    this.#setting = setting;
    this.#log = setting.log;
    this.#reloads = new Reloads({
      replace: () => this.#replace(),
      abandon: () => void this.#loading?.stop(),
      finished: (record) => this.#finished(record),
    });
  }

  /** The version that takes requests; undefined before one is loaded. */
  get serving(): AppVersion | undefined {
    return this.#serving;
  }

  get loading(): AppVersion | undefined {
    return this.#loading;
  }

  /** Versions that take no new requests but still have some to finish. */
  get finishing(): readonly AppVersion[] {
    return [...this.#finishing];
  }

  get all(): readonly AppVersion[] {
    const all = [this.#serving, this.#loading, ...this.#finishing];
    return all.filter((version) => version !== undefined);
  }

  /** The files that the app has read, in the version that serves and in one that failed to load after it. */
  get files(): readonly string[] {
    return [...(this.#serving?.files ?? []), ...this.#failedFiles];
  }

  get reloads(): readonly ReloadRecord[] {
    return this.#reloads.history;
  }

  /** Number of workers that ended unexpectedly. */
  get restarts(): number {
    let restarts = this.#restarts;
    for (const { pool } of this.all) restarts += pool.restarts;
    return restarts;
  }

  /** Loads the first version. Resolves when one worker has loaded it; fails with R's message. */
  async start(): Promise<void> {
    const first = await this.#load((version) => version.load(1));
    // Not awaited, because the files of a model may be large. Fails if it is stopped first.
    first.identify().catch(() => {});
    this.#serving = first;
  }

  /** Loads the app's current files as a new version and switches to it if it loads. Resolves with the outcome. */
  reload(by: ReloadCause): Promise<ReloadRecord> {
    return this.#reloads.request(by);
  }

  /** The streams of all versions get the drain time, then they end. */
  endStreams(): void {
    for (const { pool } of this.all) pool.endStreams();
  }

  /** Stops all workers. See `AppVersion.stop`. */
  async close(grace?: number): Promise<void> {
    this.#closed = true;
    await Promise.all(this.all.map((version) => version.stop(grace)));
  }

  async #load(load: (version: AppVersion) => Promise<unknown>): Promise<AppVersion> {
    if (this.#closed || this.#setting.draining()) throw new PenstockError('draining');
    const version = new AppVersion((this.#serving?.number ?? 0) + 1, this.#setting);
    this.#loading = version;
    try {
      await load(version);
      if (this.#closed) throw new PenstockError('draining');
      this.#failedFiles = [];
      return version;
    } catch (error) {
      this.#failedFiles = version.files ?? this.#failedFiles;
      await version.stop();
      throw error;
    } finally {
      this.#loading = undefined;
    }
  }

  async #replace(): Promise<AppVersion> {
    const folder = this.#serving?.models?.updates;
    if (folder !== undefined) {
      await folder.lookNow();
      return this.#serving!;
    }
    const { min } = this.#setting.config.workers;
    const next = await this.#load(async (version) => {
      await version.load(min);
      await version.identify();
    });
    const before = this.#serving;
    this.#serving = next;
    next.warn();
    if (before !== undefined) void this.#retire(before, next);
    return next;
  }

  async #retire(version: AppVersion, successor: AppVersion): Promise<void> {
    this.#finishing.add(version);
    await version.retire(successor);
    this.#finishing.delete(version);
    this.#restarts += version.pool.restarts;
  }

  #finished(record: ReloadRecord): void {
    const { appVersion, fingerprint, message, outcome, took } = record;
    this.#setting.metrics.reloads.inc({ outcome });
    const details = { event: outcome === 'reloaded' ? 'reloaded' : 'reload-failed', ...record };
    if (outcome === 'reloaded') {
      this.#log.info(details, `Version ${appVersion} of the app (${fingerprint}) serves after ${took} ms`);
    } else if (outcome === 'failed') {
      const rest = this.#serving === undefined ? '' : `; version ${this.#serving.number} goes on serving`;
      const [summary] = message!.split('\n');
      this.#log.error(details, `The app was not reloaded${rest}: ${summary}`);
    }
  }
}
