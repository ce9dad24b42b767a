import type { IncomingMessage, ServerResponse } from 'node:http';
import { PenstockError } from '../errors.js';
import { LARGE_BYTES, SharedBytes } from '../protocol/shared-bytes.js';
import { type BodyMemory, COUNTED_FROM } from './body-memory.js';

/** Whether a body follows: HTTP says so by one of these headers, whatever the method. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Reads the body whole; a large one into shared memory.
 *
 * @param response its end is that of the body, too
 * @param limit  bytes; a longer body fails with `body_too_large`, at once where Content-Length announces it
 * @param memory for all bodies; one for which there is no room fails with `body_memory_full`
 * @param done  called once: the body, or the error to answer with. Not called when the client leaves.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
  memory: BodyMemory,
  done: (error: PenstockError | undefined, body: Buffer) => void,
): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  const chunks: Buffer[] = [];
  let large: SharedBytes | undefined;
  let size = 0;
  let counted = 0;
  const refuse = (error: PenstockError): void => {
    request.off('data', collect).off('end', end);
    done(error, Buffer.alloc(0));
  };
  const tooLong = (bytes: string): PenstockError =>
    new PenstockError('body_too_large', `It has ${bytes}, and ${limit} bytes are the limit.`);
  /** Counts what has come since it was counted last. */
  const isRoom = (): boolean => {
    if (!memory.take(size - counted)) return false;
    if (counted === 0) response.once('close', () => memory.free(counted));
    counted = size;
    return true;
  };
  const collect = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > limit) refuse(tooLong(`more than ${limit} bytes`));
    else if (size >= COUNTED_FROM && !isRoom()) refuse(new PenstockError('body_memory_full'));
    else if (large !== undefined) large.push(chunk);
    else {
      chunks.push(chunk);
      if (size < LARGE_BYTES) return;
      large = SharedBytes.upTo(announced || limit);
      if (large !== undefined) for (const earlier of chunks.splice(0)) large.push(earlier);
    }
  };
  const end = (): void => {
    done(undefined, large?.finish() ?? (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
  };
  if (announced > limit) {
    refuse(tooLong(`${announced} bytes`));
    return;
  }
  request.on('data', collect).on('end', end);
}
