/**
 * Frames between gateway and worker; `r/frames.R` is the other side.
 *
 * ```
 *  0        4    5    6     8          12         16
 *  ├────────┼────┼────┼─────┼──────────┼──────────┼───────────────
 *  │ length │ ver│type│flags│request id│   time   │ payload: a serialized R value
 *  └────────┴────┴────┴─────┴──────────┴──────────┴───────────────   (all little-endian)
 * ```
 *
 * `time`, to a worker: the moment after which it must not begin with this any more, in ms of the wall clock modulo
 * 2^31, or 0; from a worker: the microseconds that it took.
 *
 * Frames travel over a loopback TCP connection that the worker opens, not over its stdout, where R code prints.
 */

export const FRAME_VERSION = 1;
export const HEADER_BYTES = 16;

/** Bytes of a payload up to which a worker has it when it has the header; of a longer one it says when it has read it. */
export const READ_AT_ONCE = 4000;

/** What a frame asks for or reports. */
export const FrameType = {
  /** Run one request through the plumber lane. Payload: list(fields, body). */
  request: 1,
  /** Finish: run the app's exit hooks and end. No payload. */
  stop: 2,
  /** Answer with a pong, once nothing of an earlier interrupt is left. No payload. */
  ping: 3,
  /** Run one request in the direct lane. Payload: see `r/direct-request.R`. */
  call: 4,
  /** Print a value that came in a value frame with R's own serializer. Payload: that frame's, sent back. */
  print: 5,
  /** Predict with a saved model. Payload: list(model, options, data frame). */
  predict: 6,
  /** Run several requests to one handler as one call. Payload: see `r/direct-batch.R`. */
  batch: 7,
  /** Free all memory that nobody uses any more, and answer with a pong. No payload. */
  collect: 8,
  /** To a process that has loaded the app: fork a worker. Payload: list(token, folder, number). */
  fork: 64,
  /** Become a worker itself. Payload: list(token). */
  become: 65,
  /** Forget workers that have ended. Payload: list(pids). */
  reap: 66,
  /** First frame of a worker. Payload: list(token, pid). */
  hello: 129,
  /** A step of loading has begun. Payload: its name. */
  step: 130,
  /** The app is loaded. Payload: its manifest. */
  ready: 131,
  /** The app could not be loaded. Payload: list(message, call, file, line). */
  loadFailed: 132,
  /** The answer to a request. Payload: list(status, names, values, body | file, owned). */
  result: 133,
  /** The request was interrupted before it had an answer. Payload: the app's calls at that moment, as text, or NULL. */
  interrupted: 134,
  /** Answer to a ping. */
  pong: 135,
  /**
   * A value to be printed by the gateway. Payload: list(serializer, value[, status, names, values]); the answer to
   * `predict`: list(columns), or list(NULL, message) when that failed; the answer to `batch`: list(serializer, value,
   * answers), or list(why not).
   */
  value: 136,
  /** It was too late to begin with the request: it has not run. */
  unstarted: 137,
  /**
   * The request that runs has raised an error that the app has not caught; its answer follows. Payload: list(message,
   * call, calls): R's message, the call that it names or NULL, and the app's calls, the outermost first.
   */
  failed: 138,
  /** A long request has been read, and begins. No payload. */
  begun: 139,
  /** From a process that has loaded the app: it waits for orders. Payload: list(obstacles), why not to fork it. */
  preloaded: 192,
  /** A worker was forked. Payload: list(token, pid), or list(token, failure). */
  forked: 193,
} as const;

export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export interface Frame {
  readonly type: number;
  readonly id: number;
  readonly payload: Buffer;
  /** Bytes of the payload as announced; more than `payload` holds when it was over the reader's limit and skipped. */
  readonly length: number;
  /** See above. */
  readonly time: number;
}

/** The wall clock's milliseconds as frames have them; never 0, which stands for no moment at all. */
export function frameTime(ms: number): number {
  return ms % 2 ** 31 || 1;
}

/** Header for a payload of `length` bytes. */
export function encodeHeader(type: FrameType, id: number, length: number, time = 0): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(length, 0);
  header[4] = FRAME_VERSION;
  header[5] = type;
  header.writeUInt16LE(0, 6);
  header.writeUInt32LE(id, 8);
  header.writeUInt32LE(time, 12);
  return header;
}
