/** The beginning of a PNG of that size. */
export const pngOf = (width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(32);
  bytes.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
  bytes.write('IHDR', 12, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};

/** Silence of so many seconds: 8,000 samples a second of 8 bits. */
export const wavOf = (seconds: number): Buffer => {
  const bytes = Buffer.alloc(44 + seconds * 8_000);
  bytes.write('RIFF0000WAVEfmt ', 0, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt32LE(8_000, 28);
  return bytes;
};
