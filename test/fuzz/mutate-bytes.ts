import type { Dice } from './dice.ts';

const NOISE: readonly Buffer[] = [
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc3]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0x00]),
  Buffer.from([0xef, 0xbb, 0xbf]),
  ...['\n', '\r', '\n\n', '"', '\\', '}', '{"', ',', 'data: '].map((text) => Buffer.from(text)),
];

/** Bytes that were changed in one place. */
export const mutateBytes = (bytes: Buffer, dice: Dice): Buffer => {
  if (bytes.length === 0) return dice.pick(NOISE);
  const at = dice.below(bytes.length);
  const length = Math.min(1 + dice.below(dice.pick([1, 8, 200])), bytes.length - at);
  const before = bytes.subarray(0, at);
  const piece = bytes.subarray(at, at + length);
  const after = bytes.subarray(at + length);
  switch (dice.below(6)) {
    case 0: {
      const flipped = Buffer.from(piece);
      flipped[0] = (flipped[0] ?? 0) ^ (1 << dice.below(8));
      return Buffer.concat([before, flipped, after]);
    }
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, piece, piece, after]);
    case 3:
      return before;
    case 4:
      return Buffer.concat([before, Buffer.from(Array.from({ length }, () => dice.below(256))), after]);
    default:
      return Buffer.concat([before, dice.pick(NOISE), piece, after]);
  }
};
