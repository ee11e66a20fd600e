/** Bits of a second of sound as most recordings of speech and music have them: for formats that do not say by themselves. */
const USUAL_BITS_PER_SECOND = 128_000;

/** Of MPEG 1, layer III, by the index in a frame's header: 0 has none. */
const MP3_KBITS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] as const;

const readWav = (bytes: Buffer, length: number): number | undefined => {
  const format = bytes.indexOf('fmt ', 12, 'latin1');
  if (format === -1 || format + 20 > bytes.length) return undefined;
  const bytesPerSecond = bytes.readUInt32LE(format + 16);
  return bytesPerSecond === 0 ? undefined : length / bytesPerSecond;
};

const readFlac = (bytes: Buffer): number | undefined => {
  if (bytes.length < 26) return undefined;
  const rate = bytes.readUIntBE(18, 3) >> 4;
  const samples = ((bytes[21] ?? 0) & 0x0f) * 2 ** 32 + bytes.readUInt32BE(22);
  return rate === 0 || samples === 0 ? undefined : samples / rate;
};

/** A tag of pictures and titles may come first; its length is in it, in bytes of seven bits. */
const frameStart = (bytes: Buffer): number => {
  if (bytes.toString('latin1', 0, 3) !== 'ID3' || bytes.length < 10) return 0;
  return 10 + bytes.subarray(6, 10).reduce((length, byte) => length * 128 + (byte & 0x7f), 0);
};

const readMp3 = (bytes: Buffer, length: number): number | undefined => {
  const start = frameStart(bytes);
  const header = bytes.subarray(start, start + 4);
  if (header.length < 4 || header[0] !== 0xff || ((header[1] ?? 0) & 0xe0) !== 0xe0) return undefined;
  const kilobits = MP3_KBITS[(header[2] ?? 0) >> 4] ?? 0;
  return kilobits === 0 ? undefined : ((length - start) * 8) / (kilobits * 1_000);
};

/**
 * About how many seconds a sound lasts. `bytes`: its beginning; `length`: of the whole, in bytes. By the header of WAV, FLAC
 * and MP3 with a constant rate; anything else as if it had a usual rate.
 */
export const readAudioSeconds = (bytes: Buffer, length: number): number => {
  const start = bytes.toString('latin1', 0, 4);
  const seconds =
    start === 'RIFF' ? readWav(bytes, length) : start === 'fLaC' ? readFlac(bytes) : readMp3(bytes, length);
  return seconds ?? (length * 8) / USUAL_BITS_PER_SECOND;
};
