import { Duplex } from 'node:stream';

/** The addresses of both ends of a connection, and its TLS state. */
export interface Ends {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly encrypted: true;
  readonly authorized: boolean;
}

/** One end of an in-memory connection. */
class PairedSocket extends Duplex {
  other: PairedSocket | undefined;
  /** Bytes that the other end has taken. */
  #given = 0;
  /** Resumes the other end, which waits until this one has been read. */
  #taken: (() => void) | undefined;

  /** As with a real socket, this includes what waits to be written. */
  get bytesWritten(): number {
    return this.#given + this.writableLength;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.other!.#give(chunk, () => {
      this.#given += chunk.length;
      done();
    });
  }

  override _final(done: () => void): void {
    this.other!.#give(null, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { other } = this;
    if (other !== undefined && !other.destroyed) setImmediate(() => other.destroy());
    this._read();
    done(error);
  }

  #give(chunk: Buffer | null, done: () => void): void {
    if (this.destroyed || this.push(chunk) || chunk === null) done();
    else this.#taken = done;
  }
}

/** Creates both ends of an in-memory connection: data written to one is read from the other. */
export function socketPair(ends: Ends): { server: Duplex; client: Duplex } {
  const [server, client] = [new PairedSocket(), new PairedSocket()];
  server.other = client;
  client.other = server;
  return { server: Object.assign(server, ends), client };
}
