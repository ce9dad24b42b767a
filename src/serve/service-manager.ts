import { execFile } from 'node:child_process';

/** What systemd is told, as in sd_notify(3). */
type Notice = 'READY=1' | 'RELOADING=1' | 'STOPPING=1' | 'WATCHDOG=1';

/**
 * Tells systemd how the service is doing. Node has no datagram sockets of the Unix domain, so `systemd-notify` sends the
 * messages; it is part of systemd. Without a service manager (no NOTIFY_SOCKET) nothing happens.
 */
export class ServiceManager {
  readonly #env: NodeJS.ProcessEnv | undefined;
  readonly #watchdog: NodeJS.Timeout | undefined;
  readonly #failed: (reason: string) => void;

  /**
   * Takes the variables for it out of `env`, so that R processes don't have them.
   *
   * @param failed called if a message could not be sent
   */
  constructor(env: NodeJS.ProcessEnv, failed: (reason: string) => void) {
    this.#failed = failed;
    const { NOTIFY_SOCKET, WATCHDOG_PID, WATCHDOG_USEC, PATH } = env;
    delete env.NOTIFY_SOCKET;
    delete env.WATCHDOG_PID;
    delete env.WATCHDOG_USEC;
    if (!NOTIFY_SOCKET) return;
    this.#env = { NOTIFY_SOCKET, PATH };
    const isForUs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
    const watchdogMs = Number(WATCHDOG_USEC) / 1000;
    // systemd restarts a service that says nothing for this time. Half of it is what sd_watchdog_enabled(3) recommends.
    if (isForUs && watchdogMs > 0) {
      this.#watchdog = setInterval(() => void this.#tell('WATCHDOG=1'), watchdogMs / 2).unref();
    }
  }

  /** @param status one line for `systemctl status` */
  ready(status: string): Promise<void> {
    return this.#tell('READY=1', `STATUS=${status}`);
  }

  reloading(): Promise<void> {
    return this.#tell('RELOADING=1');
  }

  stopping(): Promise<void> {
    return this.#tell('STOPPING=1', 'STATUS=Finishing the requests that run');
  }

  close(): void {
    clearInterval(this.#watchdog);
  }

  #tell(...words: [Notice, ...string[]]): Promise<void> {
    const env = this.#env;
    if (env === undefined) return Promise.resolve();
    return new Promise((done) => {
      execFile('systemd-notify', words, { env, timeout: 5_000 }, (error) => {
        if (error !== null) this.#failed(error.message);
        done();
      });
    });
  }
}
