import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads lines `+ pid` and `- pid`. Its input ends when the gateway ends, even by SIGKILL. It then kills the remaining
 * process groups and removes their temporary files. Without it, a busy worker would notice the end of the gateway only
 * after its request.
 */
const SCRIPT = `
pids=" "
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -s KILL -- "-$pid" 2>/dev/null; done
[ "$pids" = " " ] || sleep 0.1
exec rm -rf -- "$1"
`;

/** Ends all workers when the gateway ends, however it ends. */
export class Reaper {
  readonly #folder: string;
  readonly #pids = new Set<number>();
  #shell: ChildProcess | undefined;

  /** @param folder the temporary files of all workers */
  constructor(folder: string) {
    this.#folder = folder;
    this.#start();
  }

  add(pid: number): void {
    this.#pids.add(pid);
    if (this.#shell === undefined) this.#start();
    else this.#tell(`+ ${pid}\n`);
  }

  remove(pid: number): void {
    this.#pids.delete(pid);
    this.#tell(`- ${pid}\n`);
  }

  /** All workers have ended, so the reaper ends too. */
  close(): void {
    this.#shell?.stdin?.end();
  }

  /** If this fails, or the shell is killed, the next worker starts another. */
  #start(): void {
    try {
      const shell = spawn('/bin/sh', ['-c', SCRIPT, 'penstock-reaper', this.#folder], {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      });
      this.#shell = shell;
      shell.on('error', () => this.#ended(shell));
      shell.on('exit', () => this.#ended(shell));
      shell.stdin?.on('error', () => {});
      shell.unref();
    } catch {
      return; // no memory for another process
    }
    for (const pid of this.#pids) this.#tell(`+ ${pid}\n`);
  }

  #tell(line: string): void {
    this.#shell?.stdin?.write(line);
  }

  #ended(shell: ChildProcess): void {
    if (this.#shell === shell) this.#shell = undefined;
  }
}
