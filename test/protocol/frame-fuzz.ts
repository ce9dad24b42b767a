import { encodeHeader, type Frame, FrameType, HEADER_BYTES } from '../../src/protocol/frame.js';
import { rList, rRaw, rString, writeRData } from '../../src/rdata/index.js';
import { mutate } from '../rdata/mutate.js';
import type { Random } from '../rdata/random.js';

const TYPES = Object.values(FrameType);
const LENGTHS = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - HEADER_BYTES, 65536, 131072];
/** Sizes around the limits at which readers change their method. */
const PAYLOADS = [0, 1, 15, 16, 17, 1000, 4000, 4001, 65536, 131_056, 131_072, 200_000];

/** A few complete frames. */
export function randomFrames(random: Random, count = 1 + random.below(5)): Buffer[] {
  return Array.from({ length: count }, (_, id) => {
    const bytes = random.below(4) === 0 ? PAYLOADS[random.below(PAYLOADS.length)]! : random.below(300);
    const payload =
      random.below(2) === 0
        ? Buffer.alloc(bytes, random.below(256))
        : writeRData(rList([rString(`frame ${id}`), rRaw(Buffer.alloc(bytes))]));
    const type = TYPES[random.below(TYPES.length)]!;
    return Buffer.concat([encodeHeader(type, id, payload.length, random.below(1000)), payload]);
  });
}

/** The frames as one stream, damaged in one place as a broken or hostile sender would. */
export function damagedStream(random: Random): Buffer {
  const frames = randomFrames(random);
  const header = frames[random.below(frames.length)]!;
  switch (random.below(8)) {
    case 0:
      header.writeUInt32LE(LENGTHS[random.below(LENGTHS.length)]!, 0);
      break;
    case 1:
      header[4] = random.below(256);
      break;
    case 2:
      header[5] = random.below(256);
      break;
    case 3:
      header[random.below(HEADER_BYTES)]! ^= 1 << random.below(8);
      break;
    case 4: {
      const bytes = Buffer.concat(frames);
      return bytes.subarray(0, random.below(bytes.length + 1));
    }
    case 5:
      return mutate(Buffer.concat(frames), random);
    case 6:
      return Buffer.from(Array.from({ length: random.below(400) }, () => random.below(256)));
    default:
      frames.splice(random.below(frames.length), 0, Buffer.from('HTTP/1.1 200 OK\r\n\r\n'));
  }
  return Buffer.concat(frames);
}

/** The bytes in pieces, as they may arrive on a connection. */
export function pieces(bytes: Buffer, random: Random): Buffer[] {
  const most = [1, 7, 16, 100, 5000, 70_000][random.below(6)]!;
  // Reading a large stream byte by byte takes long and finds no more than a small one.
  const step = Math.max(most, Math.ceil(bytes.length / 2000));
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(step);
    cut.push(bytes.subarray(at, end));
    at = end;
  }
  return cut;
}

/** A simple reference implementation of a reader. */
export function plainRead(bytes: Buffer, maxPayload: number): { frames: Frame[]; broken: boolean } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= HEADER_BYTES) {
    const length = bytes.readUInt32LE(at);
    if (bytes[at + 4] !== 1) return { frames, broken: true };
    const end = at + HEADER_BYTES + length;
    if (end > bytes.length) break;
    frames.push({
      type: bytes[at + 5]!,
      id: bytes.readUInt32LE(at + 8),
      time: bytes.readUInt32LE(at + 12),
      length,
      payload: length > maxPayload ? Buffer.alloc(0) : bytes.subarray(at + HEADER_BYTES, end),
    });
    at = end;
  }
  return { frames, broken: false };
}
