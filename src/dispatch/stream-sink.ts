import type { ErrorCode } from '../errors.js';
import type { Frame } from '../protocol/frame.js';

/** Takes the elements of a stream. Asks for the next ones by `pull()` of its ticket. Must not throw. */
export interface StreamSink {
  element(frame: Frame): void;
  /** R has ended the stream, perhaps because of an error. */
  ended(frame: Frame): void;
  /** The stream can't go on. */
  failed(code: ErrorCode, detail: string): void;
  /** The stream must end within `ms`. */
  endWithin(ms: number): void;
}
