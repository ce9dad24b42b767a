import type { IncomingMessage, ServerResponse } from 'node:http';
import { PenstockError } from '../errors.js';
import { LARGE_BYTES, SharedBytes } from '../protocol/shared-bytes.js';
import { type BodyMemory, MIN_COUNTED_BYTES } from './body-memory.js';

/** Whether the request has a body. In HTTP one of these headers announces it, whatever the method. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Reads the whole body. A large one is read into shared memory.
 *
 * @param response when it closes, the memory of the body is free again
 * @param limit    bytes; a longer body fails with `body_too_large`, at once if Content-Length announces it
 * @param memory   the memory for all bodies; if it is full, the body fails with `body_memory_full`
 * @param done     called once, with the body or the error to answer with; not called if the client disconnects
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
    new PenstockError('body_too_large', `The body has ${bytes}; the limit is ${limit} bytes.`);
  /** Reserves memory for the bytes that have arrived since the last call. */
  const reserve = (): boolean => {
    if (!memory.take(size - counted)) return false;
    if (counted === 0) response.once('close', () => memory.free(counted));
    counted = size;
    return true;
  };
  const collect = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > limit) refuse(tooLong(`more than ${limit} bytes`));
    else if (size >= MIN_COUNTED_BYTES && !reserve()) refuse(new PenstockError('body_memory_full'));
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
