/**
 * Life cycle of a worker as one explicit transition table, modelled on RoadRunner's `fsm`.
 *
 * ```
 *            hello           ready          assign
 *  starting ───────► warming ──────► idle ◄─────────► busy
 *      │                │             │ │    done       │
 *      │                │        stop │ └─────────────┐ │ retire (from idle: with open requests)
 *      │                │             ▼               ▼ ▼
 *      │                └────────► stopping ◄─────── draining
 *      │                              │      done
 *      └──────────────────────────────┴──────► dead   (from every state: the process ended)
 * ```
 */
export type WorkerState = 'starting' | 'warming' | 'idle' | 'busy' | 'draining' | 'stopping' | 'dead';

const transitions: Record<WorkerState, readonly WorkerState[]> = {
  starting: ['warming', 'stopping', 'dead'],
  warming: ['idle', 'stopping', 'dead'],
  idle: ['busy', 'draining', 'stopping', 'dead'],
  busy: ['idle', 'draining', 'stopping', 'dead'],
  draining: ['stopping', 'dead'],
  stopping: ['dead'],
  dead: [],
};

/** Returns `to`. Throws if the table does not allow the transition, which is always a bug. */
export function transition(from: WorkerState, to: WorkerState): WorkerState {
  if (!transitions[from].includes(to)) throw new Error(`a worker can't go from ${from} to ${to}`);
  return to;
}

/** Whether a worker has not loaded the app yet. */
export function isStarting({ state }: { readonly state: WorkerState }): boolean {
  return state === 'starting' || state === 'warming';
}

/** Whether a worker has loaded the app and is not stopping. */
export function isHealthy({ state }: { readonly state: WorkerState }): boolean {
  return state === 'idle' || state === 'busy';
}
