/** Decompresses what `saveRDS()` writes, within a limit. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { RDataError } from './rdata-error.js';

export type Compression = 'none' | 'gzip' | 'bzip2' | 'xz';

const MAGIC: readonly (readonly [Compression, string])[] = [
  ['gzip', '\x1f\x8b'],
  ['bzip2', 'BZh'],
  ['xz', '\xfd7zXZ\0'],
];

function compressionOf(bytes: Uint8Array): Compression {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(6, bytes.byteLength)).toString('latin1');
  return MAGIC.find(([, magic]) => start.startsWith(magic))?.[0] ?? 'none';
}

/** Throws `RDataError` if the data is damaged or larger than `limit`. */
export async function decompress(bytes: Uint8Array, limit: number): Promise<Buffer> {
  const compression = compressionOf(bytes);
  try {
    switch (compression) {
      case 'gzip':
        return await promisify(gunzip)(bytes, { maxOutputLength: limit });
      case 'bzip2':
        return await bunzip2(bytes, limit);
      case 'xz':
        return await unxz(bytes, limit);
      case 'none':
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
  } catch (error) {
    if (error instanceof RDataError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new RDataError('malformed', `invalid ${compression} data (${(error as Error).message})`, 0);
  }
}

// These decoders are rarely needed, so they are loaded on demand. For CommonJS, loaders agree on the default export only.
async function bunzip2(bytes: Uint8Array, limit: number): Promise<Buffer> {
  const { default: bunzip } = await import('seek-bzip');
  let output = Buffer.allocUnsafe(Math.min(limit, 64 * 1024));
  let length = 0;
  const writeByte = (byte: number): void => {
    if (length === limit) throw tooLarge(limit);
    if (length === output.length) {
      const larger = Buffer.allocUnsafe(Math.min(limit, 2 * length));
      output.copy(larger);
      output = larger;
    }
    output[length++] = byte;
  };
  bunzip.decode(bytes, { writeByte }, true);
  return output.subarray(0, length);
}

async function unxz(bytes: Uint8Array, limit: number): Promise<Buffer> {
  const { default: xz } = await import('xz-decompress');
  const input = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of new xz.XzReadableStream(input)) {
    length += part.length;
    if (length > limit) throw tooLarge(limit);
    parts.push(part.slice());
  }
  return Buffer.concat(parts, length);
}

function tooLarge(limit: number): RDataError {
  return new RDataError('limit', `the decompressed data exceeds ${limit} bytes`, 0);
}
