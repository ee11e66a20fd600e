/** Sides of an image in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const toSize = (width: number, height: number): ImageSize | undefined =>
  width > 0 && height > 0 ? { width, height } : undefined;

const readPng = (bytes: Buffer): ImageSize | undefined =>
  bytes.length < 24 ? undefined : toSize(bytes.readUInt32BE(16), bytes.readUInt32BE(20));

const readGif = (bytes: Buffer): ImageSize | undefined =>
  bytes.length < 10 ? undefined : toSize(bytes.readUInt16LE(6), bytes.readUInt16LE(8));

/** The markers that begin a frame: 0xC0 to 0xCF but for tables (C4), an extension (C8) and arithmetic coding (CC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const readJpeg = (bytes: Buffer): ImageSize | undefined => {
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (isFrame(marker)) return toSize(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
    // Fill bytes and markers without a length.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
};

const readWebp = (bytes: Buffer): ImageSize | undefined => {
  if (bytes.length < 30) return undefined;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return toSize(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1);
    case 'VP8L': {
      const packed = bytes.readUInt32LE(21);
      return toSize((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1);
    }
    case 'VP8 ':
      return toSize(bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff);
    default:
      return undefined;
  }
};

/** The size of a PNG, JPEG, GIF or WebP image by its first bytes. undefined: they do not say, or end before they do. */
export const readImageSize = (bytes: Buffer): ImageSize | undefined => {
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('\x89PNG')) return readPng(bytes);
  if (start.startsWith('\xff\xd8')) return readJpeg(bytes);
  if (start.startsWith('GIF8')) return readGif(bytes);
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? readWebp(bytes) : undefined;
};
