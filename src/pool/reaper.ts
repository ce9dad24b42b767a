import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads `+ pid` and `- pid` lines; when its input ends, because the gateway has (even by SIGKILL), it kills the
 * process groups that are left, and removes their temporary files. A worker busy in R would notice the gateway's end
 * only after its request.
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

/** Sees to it that no worker outlives its gateway. */
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

  /** All workers have ended: it has nothing left to do. */
  close(): void {
    this.#shell.stdin!.end();
  }
}
