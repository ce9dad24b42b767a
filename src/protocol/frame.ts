/**
 * Frames between gateway and worker. `r/frames.R` reads and writes them in R, with the constants of `r/protocol.R`,
 * which is generated from this file and `payloads.ts`.
 *
 * ```
 *  0        4    5    6     8          12         16
 *  ├────────┼────┼────┼─────┼──────────┼──────────┼───────────────
 *  │ length │ ver│type│flags│request id│   time   │ payload: a serialized R value
 *  └────────┴────┴────┴─────┴──────────┴──────────┴───────────────   (all little-endian)
 * ```
 *
 * `time`, to a worker: the moment after which it must not begin the request, in ms of the wall clock modulo 2^31, or 0
 * for none (at most 2^30 ms, about 12 days, ahead); from a worker: the microseconds that the request took.
 *
 * Frames travel over a loopback TCP connection that the worker opens, not over its stdout, where R code prints.
 */

export const FRAME_VERSION = 1;
export const HEADER_BYTES = 16;

/** A flag of a frame to a worker: R reports with `begun` that it runs the request. */
export const TELL_BEGUN = 1;

/** Payloads of up to this many bytes are read with the header. A worker reports when it has read a longer one. */
export const READ_AT_ONCE = 4000;

/** What a frame asks for or reports. */
export const FrameType = {
  /** Run one request in the plumber lane. Payload: see `payloads.ts`. */
  request: 1,
  /** Run the app's exit hooks and end. No payload. */
  stop: 2,
  /** Drop an interrupt that is still pending and answer with a pong. No payload. */
  ping: 3,
  /** Run one request in the direct lane. Payload: see `payloads.ts`. */
  call: 4,
  /** Print a value that the gateway could not print. Payload: that of its value frame. */
  print: 5,
  /** Predict with a saved model. Payload: see `payloads.ts`. */
  predict: 6,
  /** Run several requests to one handler as one call. Payload: see `payloads.ts`. */
  batch: 7,
  /** Collect all garbage and answer with a pong. No payload. */
  collect: 8,
  /**
   * Send no answer for the open request with this id, but `interrupted` if it has none yet. A stream is closed. No
   * payload.
   */
  abandon: 9,
  /**
   * What happens to a WebSocket, whose id is the request id. R reports `resumed`, runs the app's functions for it, and
   * reports `rested` with the same id. Payload: the variables of the request by name, serialized.
   */
  socketOpened: 10,
  /** A message. Payload: a text or raw bytes. */
  socketMessage: 11,
  /** It is closed. No payload. */
  socketClosed: 12,
  /** Send what another worker has broadcast, to this worker's WebSockets. Payload: that of `broadcast`. */
  relay: 13,
  /** Produce the next elements of the stream with this id. No payload. */
  pull: 14,
  /** To a process that has loaded the app: fork a worker. Payload: list(token, folder, number), with names. */
  fork: 64,
  /** Become a worker itself. Payload: list(token), with names. */
  become: 65,
  /** Remove workers that have ended from the process table. Payload: list(pids), with names. */
  reap: 66,
  /** First frame of a worker. Payload: list(token, pid), with names. */
  hello: 129,
  /** A step of loading has begun. Payload: its name. */
  step: 130,
  /** The app is loaded. Payload: its manifest. */
  ready: 131,
  /** The app could not be loaded. Payload: list(message, call, file, line), with names. */
  loadFailed: 132,
  /** The response to a request. Payload: list(status, names, values, body | file, owned), with names. */
  result: 133,
  /**
   * The request was interrupted before it had an answer, or abandoned. Payload: the app's calls at that moment, as text,
   * or NULL.
   */
  interrupted: 134,
  /** Answer to a ping. */
  pong: 135,
  /** A value for the gateway to print, the answer to `predict` or the answer to `batch`. Payload: see `payloads.ts`. */
  value: 136,
  /** It was too late to begin the request: it has not run. */
  unstarted: 137,
  /**
   * The request that runs has raised an error that the app has not caught; its answer follows. Payload: list(message,
   * call, calls), with names: R's message, the call that it names or NULL, and the app's calls, the outermost first.
   */
  failed: 138,
  /** A long request, or one with the flag for it, has been read and begins. No payload. */
  begun: 139,
  /**
   * The request waits for a promise: it is open, and its answer follows when the promise is settled. The worker is free
   * for other work. No payload.
   */
  opened: 140,
  /**
   * Code that belongs to no request begins to run: callbacks of timers and promises, an event of a WebSocket, or the
   * stream with this id (0: none) goes on. No payload.
   */
  resumed: 141,
  /** It has ended. The request id is that of the WebSocket, 0 for callbacks. No payload. */
  rested: 142,
  /** Complete the handshake of the WebSocket with this id. No payload. */
  socketAccepted: 143,
  /** Answer its handshake with this response. Payload: that of `result`. */
  socketRefused: 144,
  /** Send a message. Payload: a text or raw bytes. */
  socketSend: 145,
  /** Close it. Payload: list(code, reason), with names. */
  socketClose: 146,
  /** A message for the WebSockets of the other workers. Payload: raw bytes, which only R understands. */
  broadcast: 147,
  /**
   * The response to a request is a stream: its elements follow, when they are pulled, and then `ended`. The request is
   * open. Payload: list(status, names, values, stream), with names; `stream`: its format, `events` or `pieces`.
   */
  streamed: 148,
  /** An element of a stream; more follow without another `pull`. Payload: its bytes, a raw vector. */
  chunk: 149,
  /** The same, and R produces no more until the next `pull`. */
  lastChunk: 150,
  /** The same, and R runs nothing else until the next `pull`. */
  heldChunk: 151,
  /** The stream has ended. Payload: NULL, or that of `failed`. */
  ended: 152,
  /**
   * A process that has loaded the app is ready to fork. Payload: list(obstacles, able), with names: why not to fork it,
   * and whether this R can.
   */
  preloaded: 192,
  /** A worker was forked. Payload: list(token, pid) or list(token, failure), with names. */
  forked: 193,
} as const;

export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export interface Frame {
  readonly type: number;
  readonly id: number;
  readonly payload: Buffer;
  /** Bytes of the payload as announced; more than `payload` holds if it was skipped. */
  readonly length: number;
  /** As described above. */
  readonly time: number;
}

/** A moment of the wall clock for `time`; never 0, which means none. */
export function frameTime(ms: number): number {
  return ms % 2 ** 31 || 1;
}

/** Header for a payload of `length` bytes. */
export function encodeHeader(type: FrameType, id: number, length: number, time = 0, flags = 0): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(length, 0);
  header[4] = FRAME_VERSION;
  header[5] = type;
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(id, 8);
  header.writeUInt32LE(time, 12);
  return header;
}
