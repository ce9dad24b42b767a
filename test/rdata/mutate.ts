import type { Random } from './random.js';

/** Values for damaged or hostile lengths, types and references. */
const HOSTILE = [-1, -2, 0, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 30, 65536, 254, 255, 238, 21, 19, 9, 0x7ff00000];

/** Applies one to four changes of the kinds that break readers. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let times = 1 + random.below(4); times > 0; times--) result = mutateOnce(result, random);
  return result;
}

function mutateOnce(bytes: Buffer, random: Random): Buffer {
  if (bytes.length < 8) return Buffer.concat([bytes, Buffer.from([random.below(256)])]);
  const at = 2 + random.below(bytes.length - 6);
  switch (random.below(7)) {
    case 0:
      bytes[at] = random.below(256);
      return bytes;
    case 1:
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      return bytes;
    case 2:
      // In most values, lengths and flags are at multiples of four after the header.
      bytes.writeInt32LE(HOSTILE[random.below(HOSTILE.length)] as number, at - ((at - 2) % 4));
      return bytes;
    case 3:
      return bytes.subarray(0, at);
    case 4: {
      const from = random.below(bytes.length);
      const piece = bytes.subarray(from, from + 1 + random.below(40));
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    }
    case 5:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(12))]);
    default: {
      const from = random.below(bytes.length);
      bytes.copyWithin(at, from, from + 4 * (1 + random.below(8)));
      return bytes;
    }
  }
}
