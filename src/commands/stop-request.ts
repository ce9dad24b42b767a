import { closeSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** How often a parent process is looked for, in ms. */
const PARENT_INTERVAL_MS = 500;

/**
 * The same signal again within this time, in ms, is one request: Ctrl-C reaches all processes of a terminal, and those that
 * have started Penstock, as in a container, pass it on as well.
 */
const SAME_REQUEST_MS = 250;

/** The file descriptors of standard input and output that were a terminal at the start. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/**
 * Resolves with the reason to stop: the first SIGTERM or SIGINT, a closed terminal, or a parent process that has ended. The
 * second SIGTERM or SIGINT ends the process at once.
 *
 * @param reload called for a SIGHUP if there is no terminal that it could be about
 */
export function stopRequest(reload: () => void): Promise<string> {
  return new Promise((resolve) => {
    let stopping = false;
    let last: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
    const stop = (reason: string): void => {
      stopping = true;
      stopWatching();
      resolve(reason);
    };
    const stopWatching = watchParents(() => stop('the process that started it has ended'));
    const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
    const handle = (signal: NodeJS.Signals): void => {
      const at = performance.now();
      if (last?.signal === signal && at - last.at < SAME_REQUEST_MS) return;
      last = { signal, at };
      if (stopping) {
        for (const each of signals) process.off(each, handle);
        leaveLostTerminals();
        process.kill(process.pid, signal);
      } else {
        stop(signal);
      }
    };
    for (const each of signals) process.on(each, handle);
    process.on('SIGHUP', () => {
      if (terminals.length === 0) reload();
      else if (!stopping) stop('its terminal was closed');
    });
  });
}

/** Closes terminals that are gone. Node restores their settings when it exits, and aborts if it can't. */
export function leaveLostTerminals(): void {
  for (const fd of terminals.splice(0)) if (!isatty(fd)) closeSync(fd);
}

/** Calls `gone` when a process has ended that runs Penstock in the foreground. Returns a function that stops watching. */
function watchParents(gone: () => void): () => void {
  const parents = foregroundParents();
  if (parents.length === 0) return () => {};
  const timer = setInterval(() => {
    if (process.ppid !== parents[0] || (parents[1] !== undefined && parentOf(process.ppid) !== parents[1]))
      gone();
  }, PARENT_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * The processes that Penstock must not outlive: the parent, if it waits for Penstock in a terminal or by a channel, and npm
 * with its shell. npm ends its shell on a signal, but the shell does not pass the signal on.
 */
function foregroundParents(): number[] {
  const parent = process.ppid;
  const npm = process.env.npm_lifecycle_script?.includes('penstock') === true;
  if (npm) return [parent, parentOf(parent)].filter((pid) => pid !== undefined);
  return process.send !== undefined || isInForeground() ? [parent] : [];
}

/** Whether this process is in the foreground of a terminal that it reads from. */
function isInForeground(): boolean {
  const { group, terminalGroup } = statOf('self') ?? {};
  return terminals.includes(0) && group !== undefined && group === terminalGroup;
}

function parentOf(pid: number): number | undefined {
  return statOf(pid)?.parent;
}

/** Undefined without Linux's `/proc`, or if the process has ended. */
function statOf(pid: number | 'self'): { parent: number; group: number; terminalGroup: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may contain anything.
    const [, parent, group, , , terminalGroup] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: parent!, group: group!, terminalGroup: terminalGroup! };
  } catch {
    return undefined;
  }
}
