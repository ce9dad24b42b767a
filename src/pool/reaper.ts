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
  readonly #shell: ChildProcess;

  /** @param folder the temporary files of all workers */
  constructor(folder: string) {
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'penstock-reaper', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#shell.on('error', () => {});
    this.#shell.stdin!.on('error', () => {});
    this.#shell.unref();
  }

  add(pid: number): void {
    this.#shell.stdin!.write(`+ ${pid}\n`);
  }

  remove(pid: number): void {
    this.#shell.stdin!.write(`- ${pid}\n`);
  }

  /** All workers have ended, so the reaper ends too. */
  close(): void {
    this.#shell.stdin!.end();
  }
}
